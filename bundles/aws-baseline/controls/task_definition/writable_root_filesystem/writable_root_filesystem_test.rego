package tidewaiter.controls.task_definition.writable_root_filesystem_test

import rego.v1

import data.tidewaiter.controls.task_definition.writable_root_filesystem

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

on(family) := {"ecs": {"task_definitions": {arn: {
	"runtimePlatform": {"operatingSystemFamily": family},
	"containerDefinitions": [{"name": "web"}],
}}}}

test_denies_a_writable_root_file_system if {
	found := writable_root_filesystem.deny with input as estate([{"name": "web", "readonlyRootFilesystem": false}])
	found == {{
		"resource": arn,
		"message": "the root file system of container \"web\" is writable, expected a read-only one",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].readonlyRootFilesystem",
			"value": false,
		},
	}}
}

test_denies_a_container_that_says_nothing if {
	found := writable_root_filesystem.deny with input as estate([{"name": "web"}])
	{violation.evidence.value | some violation in found} == {null}
}

test_denies_a_writable_sidecar if {
	containers := [{"name": "web", "readonlyRootFilesystem": true}, {"name": "envoy"}]
	found := writable_root_filesystem.deny with input as estate(containers)
	{violation.evidence.container | some violation in found} == {"envoy"}
}

test_denies_a_word_in_place_of_true if {
	found := writable_root_filesystem.deny with input as estate([{"name": "web", "readonlyRootFilesystem": "true"}])
	count(found) == 1
}

test_denies_on_linux_by_name if {
	found := writable_root_filesystem.deny with input as on("LINUX")
	count(found) == 1
}

test_allows_a_read_only_root_file_system if {
	found := writable_root_filesystem.deny with input as estate([{"name": "web", "readonlyRootFilesystem": true}])
	count(found) == 0
}

test_excludes_a_definition_for_windows if {
	found := writable_root_filesystem.deny with input as on("WINDOWS_SERVER_2022_FULL")
	excluded := writable_root_filesystem.exclude with input as on("WINDOWS_SERVER_2022_FULL")
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	containers := [{"name": "web", "readonlyRootFilesystem": {"Ref": "ReadOnly"}}]
	found := writable_root_filesystem.deny with input as estate(containers)
	count(found) == 0
}
