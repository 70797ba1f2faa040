package tidewaiter.controls.task.long_running_task_test

import rego.v1

import data.tidewaiter.controls.task.long_running_task as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

estate(task) := {"taken_at": "2026-11-22T08:00:00Z", "ecs": {"tasks": {arn: task}}}

test_denies_a_task_that_has_been_running_for_too_long if {
	violations := control.deny with input as estate({"startedAt": 1792000000.25})
	violations == {{
		"resource": arn,
		"message": "task \"0a1b\" has been running for 38 days, expected at most 30",
		"evidence": {"path": "startedAt", "value": 1792000000.25, "max_days": 30},
	}}
}

test_denies_a_moment_as_the_cli_prints_it if {
	violations := control.deny with input as estate({"startedAt": "2026-10-23T07:59:59+00:00"})
	count(violations) == 1
}

test_denies_by_the_parameter if {
	violations := control.deny with input as estate({"startedAt": "2026-11-20T00:00:00Z"})
		with data.params.long_running_task.max_days as 1
	count(violations) == 1
}

test_allows_a_task_within_the_time if {
	every moment in [1795334000, "2026-10-23T08:00:00Z"] {
		violations := control.deny with input as estate({"startedAt": moment})
		excluded := control.exclude with input as estate({"startedAt": moment})
		count(violations) == 0
		count(excluded) == 0
	}
}

test_excludes_a_task_that_has_not_started if {
	excluded := control.exclude with input as estate({"lastStatus": "PENDING"})
	excluded == {{"resource": arn, "reason": "the task has not started yet"}}
}

test_excludes_a_task_that_has_stopped if {
	violations := control.deny with input as estate({"lastStatus": "STOPPED", "startedAt": 1})
	excluded := control.exclude with input as estate({"lastStatus": "STOPPED", "startedAt": 1})
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}

test_excludes_every_task_without_a_limit if {
	violations := control.deny with input as estate({"startedAt": 1})
		with data.params.long_running_task.max_days as 0
	excluded := control.exclude with input as estate({"startedAt": 1})
		with data.params.long_running_task.max_days as 0
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter long_running_task.max_days is 0"}}
}
