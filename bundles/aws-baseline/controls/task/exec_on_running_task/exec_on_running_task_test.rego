package tidewaiter.controls.task.exec_on_running_task_test

import rego.v1

import data.tidewaiter.controls.task.exec_on_running_task as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0123abcd"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

task(status, on) := {arn: {"clusterArn": cluster, "lastStatus": status, "enableExecuteCommand": on}}

environment(value) := {cluster: {"tags": [{"key": "environment", "value": value}]}}

dev := {"cluster_tag_key": "environment", "cluster_tag_values": ["dev"]}

test_denies_exec_where_it_is_allowed_nowhere if {
	violations := control.deny with input.ecs.tasks as task("RUNNING", true)
	violations == {{
		"resource": arn,
		"message": "task \"0123abcd\" in cluster \"prod\" has ECS Exec on, expected it off",
		"evidence": {
			"path": "enableExecuteCommand",
			"value": true,
			"expected": false,
			"cluster": cluster,
		},
	}}
}

test_denies_exec_in_a_cluster_with_another_value if {
	violations := control.deny with input.ecs.tasks as task("RUNNING", true)
		with input.ecs.clusters as environment("prod")
		with data.params.exec_allowed as dev
	{violation.message | some violation in violations} == {concat(" ", [
		"task \"0123abcd\" in cluster \"prod\" has ECS Exec on,",
		"expected it off, or a cluster with the tag \"environment\"",
	])}
}

test_allows_exec_in_a_cluster_with_the_tag if {
	violations := control.deny with input.ecs.tasks as task("RUNNING", true)
		with input.ecs.clusters as environment("dev")
		with data.params.exec_allowed as dev
	count(violations) == 0
}

test_allows_a_task_with_exec_off if {
	violations := control.deny with input.ecs.tasks as task("RUNNING", false)
	count(violations) == 0
}

test_unknown_when_the_cluster_could_not_be_read if {
	violations := control.deny with input.ecs.tasks as task("RUNNING", true)
		with data.params.exec_allowed as dev
	count(violations) == 0
}

test_excludes_a_stopped_task if {
	violations := control.deny with input.ecs.tasks as task("STOPPED", true)
	excluded := control.exclude with input.ecs.tasks as task("STOPPED", true)
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
