package tidewaiter.controls.task_definition.dangerous_capability_added_test

import rego.v1

import data.tidewaiter.controls.task_definition.dangerous_capability_added

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

container(lists) := {"name": "web", "linuxParameters": {"capabilities": lists}}

having(lists) := estate({"containerDefinitions": [container(lists)]})

tracing(kinds) := estate({
	"requiresCompatibilities": kinds,
	"containerDefinitions": [container({"add": ["SYS_PTRACE"]})],
})

windows := estate({
	"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
	"containerDefinitions": [container({"add": ["SYS_ADMIN"]})],
})

test_denies_a_dangerous_addition if {
	found := dangerous_capability_added.deny with input as having({"add": ["SYS_ADMIN", "IPC_LOCK", "NET_ADMIN"]})
	found == {{
		"resource": arn,
		"message": "container \"web\" adds NET_ADMIN, SYS_ADMIN, expected no dangerous capability",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].linuxParameters.capabilities.add",
			"value": ["SYS_ADMIN", "IPC_LOCK", "NET_ADMIN"],
			"dangerous": ["NET_ADMIN", "SYS_ADMIN"],
		},
	}}
}

test_denies_all if {
	found := dangerous_capability_added.deny with input as having({"add": ["ALL"]})
	{violation.evidence.dangerous | some violation in found} == {["ALL"]}
}

test_denies_what_is_added_and_dropped_at_once if {
	found := dangerous_capability_added.deny with input as having({"add": ["SYS_ADMIN"], "drop": ["SYS_ADMIN"]})
	count(found) == 1
}

test_denies_a_sidecar if {
	sidecar := {"name": "proxy-init", "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}
	definition := {"containerDefinitions": [{"name": "web"}, sidecar]}
	found := dangerous_capability_added.deny with input as estate(definition)
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].linuxParameters.capabilities.add"}
}

test_denies_tracing_on_fargate_by_default if {
	found := dangerous_capability_added.deny with input as tracing(["FARGATE"])
	count(found) == 1
}

test_denies_what_is_allowed_on_fargate_when_ec2_can_run_it_too if {
	found := dangerous_capability_added.deny with input as tracing(["EC2", "FARGATE"])
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	count(found) == 1
}

test_allows_an_addition_that_is_not_on_the_list if {
	found := dangerous_capability_added.deny with input as having({"add": ["IPC_LOCK", "SYS_NICE"]})
	count(found) == 0
}

test_allows_a_container_that_only_drops if {
	found := dangerous_capability_added.deny with input as having({"drop": ["SYS_ADMIN", "ALL"]})
	count(found) == 0
}

test_allows_a_container_without_linux_parameters if {
	found := dangerous_capability_added.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
	count(found) == 0
}

test_allows_tracing_on_fargate_when_the_parameter_says_so if {
	found := dangerous_capability_added.deny with input as tracing(["FARGATE"])
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	count(found) == 0
}

test_excludes_windows if {
	found := dangerous_capability_added.deny with input as windows
	excluded := dangerous_capability_added.exclude with input as windows
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_excludes_everything_when_the_list_is_empty if {
	excluded := dangerous_capability_added.exclude with input as having({"add": ["SYS_ADMIN"]})
		with data.params.capabilities.dangerous as []
	excluded == {{"resource": arn, "reason": "the parameter capabilities.dangerous is empty"}}
}
