package tidewaiter.controls.task_definition.privileged_container_test

import rego.v1

import data.tidewaiter.controls.task_definition.privileged_container

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

test_denies_a_privileged_container if {
	found := privileged_container.deny with input as estate([{"name": "web", "privileged": true}])
	found == {{
		"resource": arn,
		"message": "container \"web\" runs privileged, expected an unprivileged one",
		"evidence": {"container": "web", "path": "containerDefinitions[0].privileged", "value": true},
	}}
}

test_denies_a_privileged_sidecar if {
	containers := [{"name": "web", "privileged": false}, {"name": "agent", "privileged": true}]
	found := privileged_container.deny with input as estate(containers)
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].privileged"}
}

test_denies_each_privileged_container_on_its_own if {
	containers := [{"name": "web", "privileged": true}, {"name": "agent", "privileged": true}]
	found := privileged_container.deny with input as estate(containers)
	count(found) == 2
}

test_denies_a_privileged_container_without_a_name if {
	found := privileged_container.deny with input as estate([{"privileged": true}])
	{violation.evidence.container | some violation in found} == {"#0"}
}

test_allows_a_container_that_says_false if {
	found := privileged_container.deny with input as estate([{"name": "web", "privileged": false}])
	count(found) == 0
}

test_allows_a_container_that_says_nothing if {
	found := privileged_container.deny with input as estate([{"name": "web"}])
	count(found) == 0
}
