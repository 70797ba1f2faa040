package tidewaiter.controls.task_definition.task_role_missing_test

import rego.v1

import data.tidewaiter.controls.task_definition.task_role_missing

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

test_denies_a_definition_without_task_role if {
	found := task_role_missing.deny with input as estate({"family": "web"})
	found == {{
		"resource": arn,
		"message": "taskRoleArn is not set, expected a role of the application's own",
		"evidence": {"path": "taskRoleArn", "value": null},
	}}
}

test_denies_a_task_role_that_is_empty if {
	found := task_role_missing.deny with input as estate({"taskRoleArn": ""})
	count(found) == 1
}

test_denies_a_definition_with_an_execution_role_alone if {
	definition := {"executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"}
	found := task_role_missing.deny with input as estate(definition)
	count(found) == 1
}

test_allows_a_task_role if {
	found := task_role_missing.deny with input as estate({"taskRoleArn": "arn:aws:iam::123456789012:role/web"})
	count(found) == 0
}

test_allows_a_task_role_that_a_template_creates if {
	found := task_role_missing.deny with input as estate({"taskRoleArn": {"Ref": "TaskRole"}})
	count(found) == 0
}
