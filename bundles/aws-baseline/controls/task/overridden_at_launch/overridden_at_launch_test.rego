package tidewaiter.controls.task.overridden_at_launch_test

import rego.v1

import data.tidewaiter.controls.task.overridden_at_launch as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0123abcd"

role := "arn:aws:iam::123456789012:role/admin"

words := ["redacted:plain:0123456789abcdef"]

variable := {"name": "LOG_LEVEL", "value": "redacted:plain:0123456789abcdef"}

file := {"type": "s3", "value": "arn:aws:s3:::config/web.env"}

revision := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

task(overrides) := {arn: {"lastStatus": "RUNNING", "taskDefinitionArn": revision, "overrides": overrides}}

defining(roles) := {revision: roles}

container(override) := task({"containerOverrides": [object.union({"name": "app"}, override)]})

paths(violations) := {violation.evidence.path | some violation in violations}

test_denies_another_task_role if {
	violations := control.deny with input.ecs.tasks as task({"taskRoleArn": role})
		with input.ecs.task_definitions as defining({"taskRoleArn": "arn:aws:iam::123456789012:role/web"})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0123abcd\" overrides taskRoleArn with \"arn:aws:iam::123456789012:role/admin\",",
			"expected the role of its task definition",
		]),
		"evidence": {"path": "overrides.taskRoleArn", "value": role},
	}}
}

test_denies_a_role_where_the_definition_names_another_without_its_arn if {
	violations := control.deny with input.ecs.tasks as task({"taskRoleArn": role})
		with input.ecs.task_definitions as defining({"taskRoleArn": "web"})
	count(violations) == 1
}

test_allows_the_role_of_the_definition if {
	every name in [role, "admin"] {
		violations := control.deny with input.ecs.tasks as task({"taskRoleArn": role})
			with input.ecs.task_definitions as defining({"taskRoleArn": name})
		count(violations) == 0
	}
}

test_unknown_when_the_definition_is_not_there if {
	violations := control.deny with input.ecs.tasks as task({"taskRoleArn": role})
		with input.ecs.task_definitions as {}
	count(violations) == 0
}

test_denies_another_execution_role if {
	violations := control.deny with input.ecs.tasks as task({"executionRoleArn": role})
		with input.ecs.task_definitions as defining({})
	paths(violations) == {"overrides.executionRoleArn"}
}

test_denies_another_command if {
	violations := control.deny with input.ecs.tasks as container({"command": words})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0123abcd\" overrides the command of container \"app\",",
			"expected that of its task definition",
		]),
		"evidence": {
			"path": "overrides.containerOverrides[?name=='app'].command",
			"value": words,
			"container": "app",
		},
	}}
}

test_denies_another_environment_variable if {
	violations := control.deny with input.ecs.tasks as container({"environment": [variable]})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0123abcd\" overrides the environment variable \"LOG_LEVEL\" of container \"app\",",
			"expected that of its task definition",
		]),
		"evidence": {
			"path": "overrides.containerOverrides[?name=='app'].environment[].name",
			"value": "LOG_LEVEL",
			"container": "app",
		},
	}}
}

test_denies_an_environment_file if {
	violations := control.deny with input.ecs.tasks as container({"environmentFiles": [file]})
	paths(violations) == {"overrides.containerOverrides[?name=='app'].environmentFiles[].value"}
}

test_denies_a_variable_that_is_not_allowed_beside_one_that_is if {
	other := {"name": "DEBUG", "value": "redacted:plain:0123456789abcdef"}
	violations := control.deny with input.ecs.tasks as container({"environment": [variable, other]})
		with data.params.overridden_at_launch.environment as ["LOG_LEVEL"]
	{violation.evidence.value | some violation in violations} == {"DEBUG"}
}

test_allows_a_task_without_overrides if {
	violations := control.deny with input.ecs.tasks as {arn: {"lastStatus": "RUNNING"}}
	count(violations) == 0
}

test_allows_overrides_that_only_name_the_containers if {
	violations := control.deny with input.ecs.tasks as container({})
	count(violations) == 0
}

test_allows_empty_overrides if {
	violations := control.deny with input.ecs.tasks as container({"command": [], "environment": []})
	count(violations) == 0
}

test_allows_overrides_of_size if {
	violations := control.deny with input.ecs.tasks as task({"cpu": "512", "memory": "1024"})
	count(violations) == 0
}

test_allows_a_listed_role if {
	violations := control.deny with input.ecs.tasks as task({"taskRoleArn": role})
		with input.ecs.task_definitions as defining({})
		with data.params.overridden_at_launch.roles as [role]
	count(violations) == 0
}

test_allows_commands_when_they_may_be_overridden if {
	violations := control.deny with input.ecs.tasks as container({"command": words})
		with data.params.overridden_at_launch.command as true
	count(violations) == 0
}

test_allows_a_listed_variable if {
	violations := control.deny with input.ecs.tasks as container({"environment": [variable]})
		with data.params.overridden_at_launch.environment as ["LOG_LEVEL"]
	count(violations) == 0
}

test_allows_any_environment_with_a_star if {
	override := {"environment": [variable], "environmentFiles": [file]}
	violations := control.deny with input.ecs.tasks as container(override)
		with data.params.overridden_at_launch.environment as ["*"]
	count(violations) == 0
}

test_excludes_a_stopped_task if {
	stopped := {arn: {"lastStatus": "STOPPED", "overrides": {"taskRoleArn": role}}}
	violations := control.deny with input.ecs.tasks as stopped
	excluded := control.exclude with input.ecs.tasks as stopped
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
