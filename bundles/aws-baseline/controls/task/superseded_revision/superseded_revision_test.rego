package tidewaiter.controls.task.superseded_revision_test

import rego.v1

import data.tidewaiter.controls.task.superseded_revision as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

definition(name) := concat("", ["arn:aws:ecs:eu-central-1:123456789012:task-definition/", name])

estate(task, definitions) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecs": {
		"tasks": {arn: object.union({"taskDefinitionArn": definition("web:7")}, task)},
		"task_definitions": {definition(name): body | some name, body in definitions},
	},
}

active := {"status": "ACTIVE"}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_revision_that_is_not_active if {
	every status in ["INACTIVE", "DELETE_IN_PROGRESS", "LATER"] {
		violations := control.deny with input as estate({}, {"web:7": {"status": status}})
		violations == {{
			"resource": arn,
			"message": sprintf("task \"0a1b\" runs the %s revision \"web:7\", expected an ACTIVE one", [status]),
			"evidence": {"path": "taskDefinitionArn", "value": definition("web:7"), "status": status},
		}}
	}
}

test_denies_a_revision_that_has_a_newer_one if {
	violations := control.deny with input as estate({}, {"web:7": active, "web:10": active})
	violations == {{
		"resource": arn,
		"message": "task \"0a1b\" runs revision \"web:7\", expected the newer \"web:10\"",
		"evidence": {
			"path": "taskDefinitionArn",
			"value": definition("web:7"),
			"expected": definition("web:10"),
		},
	}}
}

test_denies_after_the_days_of_grace if {
	newer := {"status": "ACTIVE", "registeredAt": "2026-11-12T08:00:00Z"}
	violations := control.deny with input as estate({}, {"web:7": active, "web:8": newer})
		with data.params.superseded_revision.grace_days as 9
	count(violations) == 1
}

test_denies_a_newer_revision_of_no_known_age if {
	violations := control.deny with input as estate({}, {"web:7": active, "web:8": active})
		with data.params.superseded_revision.grace_days as 9
	count(violations) == 1
}

test_allows_the_newest_active_revision if {
	definitions := {"web:7": active, "web:6": active, "web:8": {"status": "INACTIVE"}, "api:9": active}
	violations := control.deny with input as estate({}, definitions)
	excluded := control.exclude with input as estate({}, definitions)
	count(violations) == 0
	count(excluded) == 0
}

test_allows_an_older_revision_in_the_days_of_grace if {
	newer := {"status": "ACTIVE", "registeredAt": "2026-11-12T08:00:00Z"}
	violations := control.deny with input as estate({}, {"web:7": active, "web:8": newer})
		with data.params.superseded_revision.grace_days as 10
	count(violations) == 0
}

test_unknown_when_the_definition_is_not_there if {
	violations := control.deny with input as estate({}, {})
	excluded := control.exclude with input as estate({}, {})
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_task_that_has_stopped if {
	stopped := {"lastStatus": "STOPPED"}
	violations := control.deny with input as estate(stopped, {"web:7": {"status": "INACTIVE"}, "web:8": active})
	excluded := control.exclude with input as estate(stopped, {"web:7": {"status": "INACTIVE"}})
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
