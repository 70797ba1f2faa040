package tidewaiter.controls.tagging.required_tags_missing_test

import rego.v1

import data.tidewaiter.controls.tagging.required_tags_missing

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

tagged(key, value) := estate({"tags": [{"key": key, "value": value}]})

required := {"keys": ["owner"], "values": {"stage": ["prod", "test"]}}

test_denies_a_definition_without_tags if {
	found := required_tags_missing.deny with input as estate({"family": "web"})
	found == {{
		"resource": arn,
		"message": concat("", [
			"task definition \"web:7\": it has no tag, ",
			"expected at least one besides those that AWS sets",
		]),
		"evidence": {"path": "tags", "value": []},
	}}
}

test_denies_a_definition_with_system_tags_alone if {
	found := required_tags_missing.deny with input as tagged("aws:cloudformation:stack-name", "web")
	count(found) == 1
}

test_denies_a_missing_key if {
	found := required_tags_missing.deny with input as tagged("Owner", "payments")
		with data.params.required_tags as required
	{violation.message | some violation in found} == {"task definition \"web:7\": the required tag \"owner\" is missing"}
}

test_denies_a_value_that_is_not_allowed if {
	definition := {"tags": [{"key": "owner", "value": "payments"}, {"key": "stage", "value": "play"}]}
	found := required_tags_missing.deny with input as estate(definition)
		with data.params.required_tags as required
	count(found) == 1
}

test_allows_any_tag_by_default if {
	found := required_tags_missing.deny with input as tagged("purpose", "shop")
	count(found) == 0
}

test_allows_the_required_tags if {
	definition := {"tags": [{"key": "owner", "value": "payments"}, {"key": "stage", "value": "prod"}]}
	found := required_tags_missing.deny with input as estate(definition)
		with data.params.required_tags as required
	count(found) == 0
}
