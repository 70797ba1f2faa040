package tidewaiter.controls.task_definition.sensitive_host_path_mounted_test

import rego.v1

import data.tidewaiter.controls.task_definition.sensitive_host_path_mounted

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

mounting(path) := estate({
	"volumes": [{"name": "data", "host": {"sourcePath": path}}],
	"containerDefinitions": [{"name": "web", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]}],
})

test_denies_the_socket_of_docker if {
	found := sensitive_host_path_mounted.deny with input as mounting("/var/run/docker.sock")
	found == {{
		"resource": arn,
		"message": "container \"web\" mounts \"/var/run/docker.sock\" of the host, expected no sensitive path",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].mountPoints[0].sourceVolume",
			"value": "data",
			"host_path": "/var/run/docker.sock",
			"read_only": false,
		},
	}}
}

test_denies_the_same_socket_under_its_other_name if {
	found := sensitive_host_path_mounted.deny with input as mounting("/run/docker.sock")
	count(found) == 1
}

test_denies_the_root_of_the_host if {
	found := sensitive_host_path_mounted.deny with input as mounting("/")
	count(found) == 1
}

test_denies_a_path_below if {
	found := sensitive_host_path_mounted.deny with input as mounting("/etc/ssh/")
	count(found) == 1
}

test_denies_a_path_above if {
	found := sensitive_host_path_mounted.deny with input as mounting("/var/lib")
	count(found) == 1
}

test_denies_a_path_that_goes_upwards if {
	found := sensitive_host_path_mounted.deny with input as mounting("/srv/../etc")
	count(found) == 1
}

test_denies_the_pipe_of_docker_on_windows if {
	found := sensitive_host_path_mounted.deny with input as mounting(`\\.\pipe\docker_engine`)
	count(found) == 1
}

test_denies_a_directory_of_windows_in_capitals if {
	found := sensitive_host_path_mounted.deny with input as mounting(`C:\PROGRAMDATA\Docker\volumes`)
	count(found) == 1
}

test_denies_a_sidecar_that_mounts_read_only if {
	mount := {"sourceVolume": "proc", "containerPath": "/host/proc", "readOnly": true}
	found := sensitive_host_path_mounted.deny with input as estate({
		"volumes": [{"name": "proc", "host": {"sourcePath": "/proc"}}],
		"containerDefinitions": [{"name": "web"}, {"name": "agent", "mountPoints": [mount]}],
	})
	{violation.message | some violation in found} == {concat("", [
		"container \"agent\" mounts \"/proc\" of the host read-only, ",
		"expected no sensitive path",
	])}
}

test_allows_a_path_of_the_application if {
	found := sensitive_host_path_mounted.deny with input as mounting("/srv/web")
	count(found) == 0
}

test_allows_a_similar_path if {
	found := sensitive_host_path_mounted.deny with input as mounting("/etcetera")
	count(found) == 0
}

test_allows_a_volume_without_a_path if {
	found := sensitive_host_path_mounted.deny with input as estate({
		"volumes": [{"name": "data", "host": {}}],
		"containerDefinitions": [{"name": "web", "mountPoints": [{"sourceVolume": "data"}]}],
	})
	count(found) == 0
}

test_allows_a_volume_that_nobody_mounts if {
	found := sensitive_host_path_mounted.deny with input as estate({
		"volumes": [{"name": "root", "host": {"sourcePath": "/"}}, {"name": "data"}],
		"containerDefinitions": [{"name": "web", "mountPoints": [{"sourceVolume": "data"}]}],
	})
	count(found) == 0
}

test_allows_an_accepted_path if {
	found := sensitive_host_path_mounted.deny with input as mounting("/etc/localtime")
		with data.params.sensitive_host_path_mounted.accepted as ["/etc/localtime"]
	count(found) == 0
}

test_denies_what_is_above_an_accepted_path if {
	found := sensitive_host_path_mounted.deny with input as mounting("/etc")
		with data.params.sensitive_host_path_mounted.accepted as ["/etc/localtime"]
	count(found) == 1
}

test_excludes_everything_without_any_path if {
	found := sensitive_host_path_mounted.deny with input as mounting("/")
		with data.params.sensitive_host_path_mounted.paths as []
	excluded := sensitive_host_path_mounted.exclude with input as mounting("/")
		with data.params.sensitive_host_path_mounted.paths as []
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := sensitive_host_path_mounted.deny with input as mounting({"Ref": "Path"})
	count(found) == 0
}
