package tidewaiter.controls.rule.unsafe_launch_test

import rego.v1

import data.tidewaiter.controls.rule.unsafe_launch as control

arn := "arn:aws:events:eu-central-1:123456789012:rule/nightly"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

body(state, parameters) := {
	"Name": "nightly",
	"State": state,
	"Targets": [{"Id": "1", "Arn": cluster, "EcsParameters": parameters}],
}

safe := {
	"TaskDefinitionArn": "web",
	"PropagateTags": "TASK_DEFINITION",
	"NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "DISABLED"}},
}

public := object.union(
	safe,
	{"NetworkConfiguration": {"awsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}},
)

test_denies_a_launch_with_public_addresses if {
	every state in ["ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"] {
		violations := control.deny with input.events.rules as {arn: body(state, public)}
		violations == {{
			"resource": arn,
			"message": "EventBridge rule \"nightly\" starts tasks with assignPublicIp ENABLED, expected DISABLED",
			"evidence": {
				"path": "Targets[?Id=='1'].EcsParameters",
				"member": "assignPublicIp",
				"value": "ENABLED",
				"expected": "DISABLED",
			},
		}}
	}
}

test_denies_a_subnet_that_is_not_listed if {
	violations := control.deny with input.events.rules as {arn: body("ENABLED", safe)}
		with data.params.allowed_subnets.ids as ["subnet-2"]
	count(violations) == 1
}

test_denies_a_launch_without_tags_and_with_exec if {
	parameters := {"TaskDefinitionArn": "web", "EnableExecuteCommand": true}
	violations := control.deny with input.events.rules as {arn: body("ENABLED", parameters)}
	{violation.evidence.member | some violation in violations} == {"propagateTags", "enableExecuteCommand"}
}

test_allows_a_private_launch if {
	violations := control.deny with input.events.rules as {arn: body("ENABLED", safe)}
	excluded := control.exclude with input.events.rules as {arn: body("ENABLED", safe)}
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_what_is_disabled if {
	violations := control.deny with input.events.rules as {arn: body("DISABLED", public)}
	excluded := control.exclude with input.events.rules as {arn: body("DISABLED", public)}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the rule is disabled"}}
}
