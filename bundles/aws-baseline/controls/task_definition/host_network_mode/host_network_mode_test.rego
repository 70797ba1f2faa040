package tidewaiter.controls.task_definition.host_network_mode_test

import rego.v1

import data.tidewaiter.controls.task_definition.host_network_mode

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

test_denies_the_hosts_network if {
	found := host_network_mode.deny with input as estate({"networkMode": "host"})
	found == {{
		"resource": arn,
		"message": "networkMode is \"host\", expected \"awsvpc\", \"bridge\" or \"none\"",
		"evidence": {"path": "networkMode", "value": "host"},
	}}
}

test_denies_a_mode_that_does_not_exist_yet if {
	found := host_network_mode.deny with input as estate({"networkMode": "passthrough"})
	{violation.evidence.value | some violation in found} == {"passthrough"}
}

test_allows_an_interface_of_the_task if {
	found := host_network_mode.deny with input as estate({"networkMode": "awsvpc"})
	count(found) == 0
}

test_allows_the_bridge if {
	found := host_network_mode.deny with input as estate({"networkMode": "bridge"})
	count(found) == 0
}

test_allows_no_network if {
	found := host_network_mode.deny with input as estate({"networkMode": "none"})
	count(found) == 0
}

test_allows_a_definition_without_a_mode if {
	found := host_network_mode.deny with input as estate({"family": "web"})
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := host_network_mode.deny with input as estate({"networkMode": {"Ref": "Mode"}})
	count(found) == 0
}
