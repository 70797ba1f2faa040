package tidewaiter.controls.task_definition.host_ipc_mode_test

import rego.v1

import data.tidewaiter.controls.task_definition.host_ipc_mode

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

test_denies_the_hosts_ipc_namespace if {
	found := host_ipc_mode.deny with input as estate({"ipcMode": "host"})
	found == {{
		"resource": arn,
		"message": "ipcMode is \"host\", expected \"task\", \"none\" or no value",
		"evidence": {"path": "ipcMode", "value": "host"},
	}}
}

test_denies_a_mode_that_does_not_exist_yet if {
	found := host_ipc_mode.deny with input as estate({"ipcMode": "shareable"})
	{violation.evidence.value | some violation in found} == {"shareable"}
}

test_allows_a_namespace_of_the_task if {
	found := host_ipc_mode.deny with input as estate({"ipcMode": "task"})
	count(found) == 0
}

test_allows_private_namespaces if {
	found := host_ipc_mode.deny with input as estate({"ipcMode": "none"})
	count(found) == 0
}

test_allows_a_definition_without_a_mode if {
	found := host_ipc_mode.deny with input as estate({"family": "web"})
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := host_ipc_mode.deny with input as estate({"ipcMode": {"Ref": "Mode"}})
	count(found) == 0
}
