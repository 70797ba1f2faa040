package tidewaiter.controls.task.violating_revision_test

import rego.v1

import data.tidewaiter.controls.task.violating_revision as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

revision := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(status, definitions) := {"ecs": {
	"tasks": {arn: {"lastStatus": status, "taskDefinitionArn": revision}},
	"task_definitions": definitions,
}}

privileged := {revision: {"containerDefinitions": [{"name": "web", "privileged": true}]}}

only(controls) := {"violating_revision": {"controls": controls}}

test_denies_a_task_whose_revision_is_violating if {
	violations := control.deny with input as estate("RUNNING", privileged)
		with data.params as only(["privileged_container", "host_pid_mode"])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0a1b\" runs revision \"web:7\", which violates privileged_container,",
			"expected a revision without violations",
		]),
		"evidence": {"path": "taskDefinitionArn", "value": revision, "control": "privileged_container"},
	}}
}

test_allows_a_violation_that_does_not_count if {
	violations := control.deny with input as estate("RUNNING", privileged)
		with data.params as only(["host_pid_mode"])
	excluded := control.exclude with input as estate("RUNNING", privileged)
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_revision_is_not_there if {
	violations := control.deny with input as estate("RUNNING", {})
	excluded := control.exclude with input as estate("RUNNING", {})
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_task_that_has_stopped if {
	violations := control.deny with input as estate("STOPPED", privileged)
		with data.params as only(["privileged_container"])
	excluded := control.exclude with input as estate("STOPPED", privileged)
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
