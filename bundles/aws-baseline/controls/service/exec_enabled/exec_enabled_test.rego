package tidewaiter.controls.service.exec_enabled_test

import rego.v1

import data.tidewaiter.controls.service.exec_enabled as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

service(on) := {arn: {"clusterArn": cluster, "enableExecuteCommand": on}}

environment(value) := {cluster: {"tags": [{"key": "environment", "value": value}]}}

dev := {"cluster_tag_key": "environment", "cluster_tag_values": ["dev"]}

messages(violations) := {violation.message | some violation in violations}

test_denies_exec_where_it_is_allowed_nowhere if {
	violations := control.deny with input.ecs.services as service(true)
		with input.ecs.clusters as environment("dev")
	violations == {{
		"resource": arn,
		"message": "service \"web\" in cluster \"prod\" has ECS Exec on, expected it off",
		"evidence": {
			"path": "enableExecuteCommand",
			"value": true,
			"expected": false,
			"cluster": cluster,
		},
	}}
}

test_denies_exec_in_a_cluster_with_another_value if {
	violations := control.deny with input.ecs.services as service(true)
		with input.ecs.clusters as environment("prod")
		with data.params.exec_allowed as dev
	messages(violations) == {concat(" ", [
		"service \"web\" in cluster \"prod\" has ECS Exec on,",
		"expected it off, or a cluster with the tag \"environment\"",
	])}
}

test_denies_exec_in_a_cluster_without_tags if {
	violations := control.deny with input.ecs.services as service(true)
		with input.ecs.clusters as {cluster: {}}
		with data.params.exec_allowed as dev
	count(violations) == 1
}

test_allows_exec_in_a_cluster_with_the_tag if {
	violations := control.deny with input.ecs.services as service(true)
		with input.ecs.clusters as environment("dev")
		with data.params.exec_allowed as dev
	count(violations) == 0
}

test_allows_a_service_with_exec_off if {
	violations := control.deny with input.ecs.services as service(false)
	count(violations) == 0
}

test_allows_a_service_without_the_setting if {
	violations := control.deny with input.ecs.services as {arn: {"clusterArn": cluster}}
	count(violations) == 0
}

test_unknown_when_the_cluster_could_not_be_read if {
	violations := control.deny with input.ecs.services as service(true)
		with data.params.exec_allowed as dev
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as service({"Ref": "Exec"})
	count(violations) == 0
}
