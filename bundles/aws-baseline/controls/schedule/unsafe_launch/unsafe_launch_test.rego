package tidewaiter.controls.schedule.unsafe_launch_test

import rego.v1

import data.tidewaiter.controls.schedule.unsafe_launch as control

arn := "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/nightly"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

body(state, parameters) := {
	"Name": "nightly",
	"State": state,
	"Target": {"Arn": cluster, "EcsParameters": parameters},
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
	every state in ["ENABLED", "LATER"] {
		violations := control.deny with input.scheduler.schedules as {arn: body(state, public)}
		violations == {{
			"resource": arn,
			"message": "schedule \"nightly\" starts tasks with assignPublicIp ENABLED, expected DISABLED",
			"evidence": {
				"path": "Target.EcsParameters",
				"member": "assignPublicIp",
				"value": "ENABLED",
				"expected": "DISABLED",
			},
		}}
	}
}

test_denies_a_subnet_that_is_not_listed if {
	violations := control.deny with input.scheduler.schedules as {arn: body("ENABLED", safe)}
		with data.params.allowed_subnets.ids as ["subnet-2"]
	count(violations) == 1
}

test_denies_a_launch_without_tags_and_with_exec if {
	parameters := {"TaskDefinitionArn": "web", "EnableExecuteCommand": true}
	violations := control.deny with input.scheduler.schedules as {arn: body("ENABLED", parameters)}
	{violation.evidence.member | some violation in violations} == {"propagateTags", "enableExecuteCommand"}
}

test_allows_a_private_launch if {
	violations := control.deny with input.scheduler.schedules as {arn: body("ENABLED", safe)}
	excluded := control.exclude with input.scheduler.schedules as {arn: body("ENABLED", safe)}
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_what_is_disabled if {
	violations := control.deny with input.scheduler.schedules as {arn: body("DISABLED", public)}
	excluded := control.exclude with input.scheduler.schedules as {arn: body("DISABLED", public)}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the schedule is disabled"}}
}
