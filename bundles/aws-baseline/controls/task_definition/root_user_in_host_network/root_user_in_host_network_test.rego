package tidewaiter.controls.task_definition.root_user_in_host_network_test

import rego.v1

import data.tidewaiter.controls.task_definition.root_user_in_host_network

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(mode, containers) := {"ecs": {"task_definitions": {arn: {
	"networkMode": mode,
	"containerDefinitions": containers,
}}}}

on := {"enabled": true}

test_denies_root_in_the_network_of_the_host if {
	found := root_user_in_host_network.deny with input as estate("host", [{"name": "web", "user": "0:0"}])
		with data.params.root_user_in_host_network as on
	found == {{
		"resource": arn,
		"message": "container \"web\" runs as user \"0:0\" in the network of the host, expected a user other than root",
		"evidence": {"container": "web", "path": "containerDefinitions[0].user", "value": "0:0"},
	}}
}

test_denies_a_sidecar_without_a_user if {
	containers := [{"name": "web", "user": "1000", "privileged": false}, {"name": "agent", "privileged": false}]
	found := root_user_in_host_network.deny with input as estate("host", containers)
		with data.params.root_user_in_host_network as on
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_allows_root_in_a_network_of_its_own if {
	found := root_user_in_host_network.deny with input as estate("awsvpc", [{"name": "web", "user": "root"}])
		with data.params.root_user_in_host_network as on
	count(found) == 0
}

test_allows_another_user if {
	found := root_user_in_host_network.deny with input as estate("host", [{"name": "web", "user": "1000:0"}])
		with data.params.root_user_in_host_network as on
	count(found) == 0
}

test_allows_a_privileged_container_which_another_control_judges if {
	found := root_user_in_host_network.deny with input as estate("host", [{"name": "web", "privileged": true}])
		with data.params.root_user_in_host_network as on
	count(found) == 0
}

test_excludes_everything_by_default if {
	found := root_user_in_host_network.deny with input as estate("host", [{"name": "web"}])
	excluded := root_user_in_host_network.exclude with input as estate("host", [{"name": "web"}])
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_excludes_a_definition_for_windows if {
	definition := {
		"networkMode": "host",
		"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
		"containerDefinitions": [{"name": "web"}],
	}
	document := {"ecs": {"task_definitions": {arn: definition}}}
	found := root_user_in_host_network.deny with input as document
		with data.params.root_user_in_host_network as on
	excluded := root_user_in_host_network.exclude with input as document
		with data.params.root_user_in_host_network as on
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}
