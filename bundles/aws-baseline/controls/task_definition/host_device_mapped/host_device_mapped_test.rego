package tidewaiter.controls.task_definition.host_device_mapped_test

import rego.v1

import data.tidewaiter.controls.task_definition.host_device_mapped

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

given(path) := {"name": "web", "linuxParameters": {"devices": [{"hostPath": path, "permissions": ["read"]}]}}

test_denies_a_device if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [given("/dev/sda")]})
	found == {{
		"resource": arn,
		"message": "container \"web\" is given the device \"/dev/sda\" of the host, expected none",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].linuxParameters.devices[0].hostPath",
			"value": "/dev/sda",
		},
	}}
}

test_denies_a_sidecar if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [{"name": "app"}, given("/dev/mem")]})
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].linuxParameters.devices[0].hostPath"}
}

test_denies_a_device_below_an_allowed_path if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [given("/dev/fuse/0")]})
		with data.params.host_device_mapped as {"allowed": ["/dev/fuse"]}
	count(found) == 1
}

test_denies_a_device_without_a_path if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [given(null)]})
	count(found) == 1
}

test_allows_no_device if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [{
		"name": "web",
		"linuxParameters": {"initProcessEnabled": true, "devices": []},
	}]})
	count(found) == 0
}

test_allows_a_device_that_the_parameter_names if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [given("/dev/fuse")]})
		with data.params.host_device_mapped as {"allowed": ["/dev/fuse"]}
	count(found) == 0
}

test_excludes_a_definition_for_windows if {
	document := estate({
		"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
		"containerDefinitions": [given("/dev/sda")],
	})
	found := host_device_mapped.deny with input as document
	excluded := host_device_mapped.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := host_device_mapped.deny with input as estate({"containerDefinitions": [given({"Ref": "Device"})]})
	count(found) == 0
}
