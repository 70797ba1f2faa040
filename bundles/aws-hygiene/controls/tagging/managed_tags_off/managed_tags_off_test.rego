package tidewaiter.controls.tagging.managed_tags_off_test

import rego.v1

import data.tidewaiter.controls.tagging.managed_tags_off as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

test_denies_a_service_with_managed_tags_off if {
	violations := control.deny with input.ecs.services as {arn: {"enableECSManagedTags": false}}
	violations == {{
		"resource": arn,
		"message": "service \"web\" has enableECSManagedTags false, expected true",
		"evidence": {"path": "enableECSManagedTags", "value": false, "expected": true},
	}}
}

test_denies_a_service_without_the_setting if {
	violations := control.deny with input.ecs.services as {arn: {"serviceName": "web"}}
	{violation.message | some violation in violations} == {concat(" ", [
		"service \"web\" has no enableECSManagedTags,",
		"expected true",
	])}
}

test_allows_a_service_with_managed_tags_on if {
	violations := control.deny with input.ecs.services as {arn: {"enableECSManagedTags": true}}
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: {"enableECSManagedTags": {"Ref": "Tags"}}}
	count(violations) == 0
}
