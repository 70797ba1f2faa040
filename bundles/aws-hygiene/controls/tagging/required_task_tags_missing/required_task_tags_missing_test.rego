package tidewaiter.controls.tagging.required_task_tags_missing_test

import rego.v1

import data.tidewaiter.controls.tagging.required_task_tags_missing as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

task(tags) := {arn: {"lastStatus": "RUNNING", "tags": tags}}

test_denies_a_task_without_tags if {
	violations := control.deny with input.ecs.tasks as task([])
	violations == {{
		"resource": arn,
		"message": "task \"0a1b\": it has no tag, expected at least one besides those that AWS sets",
		"evidence": {"path": "tags", "value": []},
	}}
}

test_denies_a_task_with_tags_of_aws_alone if {
	violations := control.deny with input.ecs.tasks as task([{"key": "aws:ecs:clusterName", "value": "prod"}])
	count(violations) == 1
}

test_denies_a_missing_key if {
	violations := control.deny with input.ecs.tasks as task([{"key": "Owner", "value": "a"}])
		with data.params.required_tags as {"keys": ["owner"], "values": {}}
	count(violations) == 1
}

test_allows_a_task_with_a_tag if {
	violations := control.deny with input.ecs.tasks as task([{"key": "owner", "value": "a"}])
	excluded := control.exclude with input.ecs.tasks as task([{"key": "owner", "value": "a"}])
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_task_that_has_stopped if {
	violations := control.deny with input.ecs.tasks as {arn: {"lastStatus": "STOPPED"}}
	excluded := control.exclude with input.ecs.tasks as {arn: {"lastStatus": "STOPPED"}}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
