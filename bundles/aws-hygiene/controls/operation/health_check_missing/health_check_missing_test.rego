package tidewaiter.controls.operation.health_check_missing_test

import rego.v1

import data.tidewaiter.controls.operation.health_check_missing

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

checked(command) := {"name": "web", "essential": true, "healthCheck": {"command": command}}

on := {"enabled": true}

test_denies_an_essential_container_without_a_check if {
	found := health_check_missing.deny with input as estate([{"name": "web", "essential": true}])
		with data.params.health_check_missing as on
	found == {{
		"resource": arn,
		"message": "the essential container \"web\" has no health check, expected one",
		"evidence": {"container": "web", "path": "containerDefinitions[0].healthCheck.command", "value": null},
	}}
}

test_denies_a_container_that_is_essential_by_default if {
	found := health_check_missing.deny with input as estate([checked(["CMD", "/check"]), {"name": "api"}])
		with data.params.health_check_missing as on
	{violation.evidence.container | some violation in found} == {"api"}
}

test_denies_a_check_that_is_switched_off if {
	found := health_check_missing.deny with input as estate([checked(["NONE"])])
		with data.params.health_check_missing as on
	count(found) == 1
}

test_denies_an_empty_command if {
	found := health_check_missing.deny with input as estate([checked([])])
		with data.params.health_check_missing as on
	count(found) == 1
}

test_allows_a_check if {
	found := health_check_missing.deny with input as estate([checked(["CMD-SHELL", "redacted:plain:0123456789abcdef"])])
		with data.params.health_check_missing as on
	count(found) == 0
}

test_allows_a_container_that_is_not_essential if {
	init := {"name": "init", "essential": false}
	found := health_check_missing.deny with input as estate([checked(["CMD", "/check"]), init])
		with data.params.health_check_missing as on
	count(found) == 0
}

test_excludes_everything_by_default if {
	found := health_check_missing.deny with input as estate([{"name": "web"}])
	excluded := health_check_missing.exclude with input as estate([{"name": "web"}])
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := health_check_missing.deny with input as estate([checked({"Ref": "Command"})])
		with data.params.health_check_missing as on
	count(found) == 0
}
