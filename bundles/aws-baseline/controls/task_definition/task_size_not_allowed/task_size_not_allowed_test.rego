package tidewaiter.controls.task_definition.task_size_not_allowed_test

import rego.v1

import data.tidewaiter.controls.task_definition.task_size_not_allowed

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

sizes := {"cpu": [256, 1024], "memory": ["512"]}

test_denies_a_size_outside_the_list if {
	found := task_size_not_allowed.deny with input as estate({"cpu": "512", "memory": "512"})
		with data.params.task_size_not_allowed as sizes
	found == {{
		"resource": arn,
		"message": "cpu of the task is 512, expected one of 256, 1024",
		"evidence": {"path": "cpu", "value": "512"},
	}}
}

test_denies_both_dimensions if {
	found := task_size_not_allowed.deny with input as estate({"cpu": "512", "memory": "1024"})
		with data.params.task_size_not_allowed as sizes
	{violation.evidence.path | some violation in found} == {"cpu", "memory"}
}

test_denies_a_task_without_a_size if {
	found := task_size_not_allowed.deny with input as estate({"family": "web"})
		with data.params.task_size_not_allowed as {"cpu": [256], "memory": []}
	{violation.message | some violation in found} == {"cpu of the task is not set, expected one of 256"}
}

test_allows_a_size_of_the_list if {
	found := task_size_not_allowed.deny with input as estate({"cpu": "1024", "memory": "512"})
		with data.params.task_size_not_allowed as sizes
	count(found) == 0
}

test_allows_a_number_that_a_template_wrote if {
	found := task_size_not_allowed.deny with input as estate({"cpu": 256, "memory": 512})
		with data.params.task_size_not_allowed as sizes
	count(found) == 0
}

test_allows_any_size_of_a_dimension_that_is_not_listed if {
	found := task_size_not_allowed.deny with input as estate({"cpu": "256", "memory": "65536"})
		with data.params.task_size_not_allowed as {"cpu": [256], "memory": []}
	count(found) == 0
}

test_excludes_everything_by_default if {
	found := task_size_not_allowed.deny with input as estate({"cpu": "16384"})
	excluded := task_size_not_allowed.exclude with input as estate({"cpu": "16384"})
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := task_size_not_allowed.deny with input as estate({"cpu": {"Ref": "Cpu"}, "memory": {"Ref": "Memory"}})
		with data.params.task_size_not_allowed as sizes
	count(found) == 0
}
