package tidewaiter.controls.rule.stale_revision_test

import rego.v1

import data.tidewaiter.controls.rule.stale_revision as control

arn := "arn:aws:events:eu-central-1:123456789012:rule/nightly"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

body(state, parameters) := {
	"Name": "nightly",
	"State": state,
	"Targets": [{"Id": "1", "Arn": cluster, "EcsParameters": parameters}],
}

definition(name) := concat("", ["arn:aws:ecs:eu-central-1:123456789012:task-definition/", name])

starting(name) := {arn: body("ENABLED", {"TaskDefinitionArn": definition(name)})}

two := {definition("web:7"): {"status": "ACTIVE"}, definition("web:10"): {"status": "ACTIVE"}}

test_denies_a_revision_that_is_not_active if {
	violations := control.deny with input.events.rules as starting("web:7")
		with input.ecs.task_definitions as {definition("web:7"): {"status": "INACTIVE"}}
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"EventBridge rule \"nightly\" starts revision \"web:7\", which is INACTIVE,",
			"expected an ACTIVE revision or the family alone",
		]),
		"evidence": {"path": "Targets[?Id=='1'].EcsParameters", "member": "taskDefinition", "value": definition("web:7")},
	}}
}

test_denies_a_revision_that_has_a_newer_one if {
	violations := control.deny with input.events.rules as starting("web:7") with input.ecs.task_definitions as two
	count(violations) == 1
}

test_allows_the_newest_revision_and_a_family_alone if {
	every name in ["web:10", "web"] {
		violations := control.deny with input.events.rules as starting(name) with input.ecs.task_definitions as two
		excluded := control.exclude with input.events.rules as starting(name)
		count(violations) == 0
		count(excluded) == 0
	}
}

test_unknown_when_the_revision_is_not_there if {
	violations := control.deny with input.events.rules as starting("web:7") with input.ecs.task_definitions as {}
	count(violations) == 0
}

test_excludes_what_is_disabled if {
	disabled := {arn: body("DISABLED", {"TaskDefinitionArn": definition("web:7")})}
	violations := control.deny with input.events.rules as disabled with input.ecs.task_definitions as two
	excluded := control.exclude with input.events.rules as disabled
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the rule is disabled"}}
}
