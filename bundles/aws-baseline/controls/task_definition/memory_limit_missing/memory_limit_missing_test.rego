package tidewaiter.controls.task_definition.memory_limit_missing_test

import rego.v1

import data.tidewaiter.controls.task_definition.memory_limit_missing

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

test_denies_a_container_without_a_limit if {
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
	found == {{
		"resource": arn,
		"message": "container \"web\" has no hard memory limit, expected one",
		"evidence": {"container": "web", "path": "containerDefinitions[0].memory", "value": null},
	}}
}

test_denies_a_reservation_alone if {
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": [{
		"name": "web",
		"memoryReservation": 128,
	}]})
	count(found) == 1
}

test_denies_a_sidecar if {
	containers := [{"name": "web", "memory": 512}, {"name": "agent"}]
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": containers})
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_denies_a_limit_of_the_task_alone_by_default if {
	found := memory_limit_missing.deny with input as estate({
		"memory": "512",
		"containerDefinitions": [{"name": "web"}],
	})
	count(found) == 1
}

test_denies_where_ec2_is_possible_besides_fargate if {
	found := memory_limit_missing.deny with input as estate({
		"requiresCompatibilities": ["EC2", "FARGATE"],
		"containerDefinitions": [{"name": "web"}],
	})
	count(found) == 1
}

test_allows_a_limit if {
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": [{"name": "web", "memory": 512}]})
	count(found) == 0
}

test_allows_a_limit_of_the_task_where_the_parameter_accepts_it if {
	found := memory_limit_missing.deny with input as estate({
		"memory": "512",
		"containerDefinitions": [{"name": "web"}],
	})
		with data.params.memory_limit_missing as {"accept_task_limit": true}
	count(found) == 0
}

test_denies_no_limit_at_all_where_the_parameter_accepts_one_of_the_task if {
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
		with data.params.memory_limit_missing as {"accept_task_limit": true}
	count(found) == 1
}

test_excludes_a_definition_for_fargate if {
	document := estate({
		"requiresCompatibilities": ["FARGATE"],
		"memory": "512",
		"containerDefinitions": [{"name": "web"}],
	})
	found := memory_limit_missing.deny with input as document
	excluded := memory_limit_missing.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := memory_limit_missing.deny with input as estate({"containerDefinitions": [{
		"name": "web",
		"memory": {"Ref": "Memory"},
	}]})
	count(found) == 0
}
