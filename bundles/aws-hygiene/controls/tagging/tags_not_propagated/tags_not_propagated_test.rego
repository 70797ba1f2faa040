package tidewaiter.controls.tagging.tags_not_propagated_test

import rego.v1

import data.tidewaiter.controls.tagging.tags_not_propagated as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

messages(violations) := {violation.message | some violation in violations}

test_denies_none if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": "NONE"}}
	violations == {{
		"resource": arn,
		"message": "service \"web\" has propagateTags NONE, expected SERVICE or TASK_DEFINITION",
		"evidence": {"path": "propagateTags", "value": "NONE", "expected": ["SERVICE", "TASK_DEFINITION"]},
	}}
}

test_denies_a_service_without_the_setting if {
	violations := control.deny with input.ecs.services as {arn: {"serviceName": "web"}}
	messages(violations) == {"service \"web\" has no propagateTags, expected SERVICE or TASK_DEFINITION"}
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": "CLUSTER"}}
	count(violations) == 1
}

test_denies_a_source_that_is_not_accepted if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": "TASK_DEFINITION"}}
		with data.params.tags_not_propagated.sources as ["SERVICE"]
	messages(violations) == {"service \"web\" has propagateTags TASK_DEFINITION, expected SERVICE"}
}

test_allows_the_tags_of_the_service if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": "SERVICE"}}
	count(violations) == 0
}

test_allows_the_tags_of_the_task_definition if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": "TASK_DEFINITION"}}
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: {"propagateTags": {"Ref": "Source"}}}
	count(violations) == 0
}
