package tidewaiter.controls.role.shared_task_role_test

import rego.v1

import data.tidewaiter.controls.role.shared_task_role as control

arn := "arn:aws:iam::123456789012:role/web-task"

definition(name) := sprintf("arn:aws:ecs:eu-central-1:123456789012:task-definition/%s", [name])

estate(revisions) := {
	"iam": {"roles": {arn: {}}},
	"ecs": {
		"services": {name: {"taskDefinition": definition(name)} | some name in revisions},
		"task_definitions": {definition(name): {"taskRoleArn": arn} | some name in revisions},
	},
}

test_denies_a_role_of_several_families if {
	violations := control.deny with input as estate({"web:7", "worker:3"})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"web-task\" is the task role of 2 applications",
			"(family \"web\" and family \"worker\"), expected at most 1",
		]),
		"evidence": {"path": "Arn", "value": 2, "expected": 1, "used_by": ["family \"web\"", "family \"worker\""]},
	}}
}

test_allows_a_role_of_one_family if {
	violations := control.deny with input as estate({"web:7", "web:8"})
	count(violations) == 0
}

test_allows_as_many_families_as_the_parameter_says if {
	violations := control.deny with input as estate({"web:7", "worker:3"})
		with data.params.shared_task_role.max_families as 2
	count(violations) == 0
}

test_excludes_a_role_that_no_task_has if {
	excluded := control.exclude with input as estate(set())
	excluded == {{"resource": arn, "reason": "no task that is configured or runs has it as its task role"}}
}
