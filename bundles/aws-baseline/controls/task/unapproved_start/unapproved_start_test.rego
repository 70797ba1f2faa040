package tidewaiter.controls.task.unapproved_start_test

import rego.v1

import data.tidewaiter.controls.task.unapproved_start as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

task(started_by, group) := {arn: {"lastStatus": "RUNNING", "startedBy": started_by, "group": group}}

approved(started_by, groups) := {"unapproved_start": {"started_by": started_by, "groups": groups}}

test_denies_a_task_that_nobody_approved if {
	violations := control.deny with input.ecs.tasks as task("alice", "family:job")
		with data.params as approved(["pipeline/*"], [])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0a1b\" was started by \"alice\" in group \"family:job\",",
			"expected what the parameter unapproved_start approves",
		]),
		"evidence": {"path": "startedBy", "value": "alice", "group": "family:job"},
	}}
}

test_denies_a_task_that_does_not_say_who_started_it if {
	violations := control.deny with input.ecs.tasks as {arn: {"lastStatus": "RUNNING"}}
		with data.params as approved(["pipeline"], ["batch"])
	count(violations) == 1
}

test_denies_a_group_that_only_looks_like_a_service if {
	violations := control.deny with input.ecs.tasks as task("alice", "service:web")
		with data.params as approved(["pipeline"], [])
	count(violations) == 1
}

test_denies_what_only_begins_like_an_exact_entry if {
	violations := control.deny with input.ecs.tasks as task("pipeline-2", "family:job")
		with data.params as approved(["pipeline"], [])
	count(violations) == 1
}

test_allows_an_approved_starter_and_an_approved_group if {
	every params in [
		approved(["pipeline/*"], []),
		approved(["pipeline/42"], []),
		approved(["other"], ["batch"]),
		approved([], ["bat*"]),
	] {
		violations := control.deny with input.ecs.tasks as task("pipeline/42", "batch")
			with data.params as params
		excluded := control.exclude with input.ecs.tasks as task("pipeline/42", "batch")
			with data.params as params
		count(violations) == 0
		count(excluded) == 0
	}
}

test_excludes_a_task_of_a_service if {
	violations := control.deny with input.ecs.tasks as task("ecs-svc/1", "service:web")
		with data.params as approved(["pipeline"], [])
	excluded := control.exclude with input.ecs.tasks as task("ecs-svc/1", "service:web")
		with data.params as approved(["pipeline"], [])
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "a service started the task"}}
}

test_excludes_a_task_that_has_stopped if {
	excluded := control.exclude with input.ecs.tasks as {arn: {"lastStatus": "STOPPED"}}
		with data.params as approved(["pipeline"], [])
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}

test_excludes_every_task_while_both_lists_are_empty if {
	violations := control.deny with input.ecs.tasks as task("alice", "family:job")
	excluded := control.exclude with input.ecs.tasks as task("alice", "family:job")
	count(violations) == 0
	excluded == {{
		"resource": arn,
		"reason": "the parameters unapproved_start.started_by and groups are empty",
	}}
}
