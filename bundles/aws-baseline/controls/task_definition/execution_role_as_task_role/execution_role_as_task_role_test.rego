package tidewaiter.controls.task_definition.execution_role_as_task_role_test

import rego.v1

import data.tidewaiter.controls.task_definition.execution_role_as_task_role

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {
	"account": {"id": "123456789012"},
	"ecs": {"task_definitions": {arn: definition}},
}

roles(task, execution) := estate({"taskRoleArn": task, "executionRoleArn": execution})

role(name) := sprintf("arn:aws:iam::123456789012:role/%s", [name])

test_denies_one_role_for_both if {
	found := execution_role_as_task_role.deny with input as roles(role("web"), role("web"))
	found == {{
		"resource": arn,
		"message": concat("", [
			"taskRoleArn is \"arn:aws:iam::123456789012:role/web\", which is the execution role too, ",
			"expected a role of its own",
		]),
		"evidence": {"path": "taskRoleArn", "value": role("web"), "execution_role": role("web")},
	}}
}

test_denies_one_role_given_by_name_and_by_arn if {
	found := execution_role_as_task_role.deny with input as roles("web", role("teams/shop/web"))
	count(found) == 1
}

test_allows_two_roles if {
	found := execution_role_as_task_role.deny with input as roles(role("web"), role("ecsTaskExecutionRole"))
	count(found) == 0
}

test_allows_roles_of_one_name_in_two_accounts if {
	other := "arn:aws:iam::444455556666:role/web"
	found := execution_role_as_task_role.deny with input as roles(role("web"), other)
	count(found) == 0
}

test_allows_an_execution_role_alone if {
	found := execution_role_as_task_role.deny with input as estate({"executionRoleArn": role("web")})
	count(found) == 0
}

test_allows_no_role_at_all if {
	found := execution_role_as_task_role.deny with input as roles("", "")
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := execution_role_as_task_role.deny with input as roles({"Ref": "TaskRole"}, {"Ref": "ExecutionRole"})
	count(found) == 0
}
