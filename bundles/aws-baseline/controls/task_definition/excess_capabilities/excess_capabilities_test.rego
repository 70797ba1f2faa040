package tidewaiter.controls.task_definition.excess_capabilities_test

import rego.v1

import data.tidewaiter.controls.task_definition.excess_capabilities

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

having(lists) := estate({"containerDefinitions": [{"name": "web", "linuxParameters": {"capabilities": lists}}]})

plain := estate({"containerDefinitions": [{"name": "web"}]})

tracing(kinds) := estate({
	"requiresCompatibilities": kinds,
	"containerDefinitions": [{"name": "web", "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}],
})

windows := estate({
	"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
	"containerDefinitions": [{"name": "iis"}],
})

profile(name) := {"profile": name, "allowed_on_fargate": []}

test_denies_an_addition_beyond_dockers_defaults if {
	found := excess_capabilities.deny with input as having({"add": ["NET_ADMIN", "IPC_LOCK"]})
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" holds IPC_LOCK, NET_ADMIN, ",
			"expected at most what profile \"restrict-nondefaults\" allows",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].linuxParameters.capabilities",
			"value": {"add": ["NET_ADMIN", "IPC_LOCK"]},
			"profile": "restrict-nondefaults",
			"excess": ["IPC_LOCK", "NET_ADMIN"],
		},
	}}
}

test_denies_all if {
	found := excess_capabilities.deny with input as having({"add": ["ALL"]})
	some violation in found
	startswith(violation.message, "container \"web\" holds every capability that it does not drop, adding ALL, ")
	count(violation.evidence.excess) == 27
}

test_denies_a_capability_that_does_not_exist_yet if {
	found := excess_capabilities.deny with input as having({"add": ["TIME_TRAVEL"]})
	{violation.evidence.excess | some violation in found} == {["TIME_TRAVEL"]}
}

test_denies_a_privileged_container_whatever_it_drops if {
	container := {"name": "web", "privileged": true, "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}
	found := excess_capabilities.deny with input as estate({"containerDefinitions": [container]})
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" holds every capability, being privileged, ",
		"expected at most what profile \"restrict-nondefaults\" allows",
	])}
	{violation.evidence.path | some violation in found} == {"containerDefinitions[0].privileged"}
}

test_denies_a_sidecar if {
	sidecar := {"name": "proxy-init", "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"]}}}
	found := excess_capabilities.deny with input as estate({"containerDefinitions": [{"name": "web"}, sidecar]})
	{violation.evidence.container | some violation in found} == {"proxy-init"}
}

test_denies_the_defaults_under_baseline if {
	found := excess_capabilities.deny with input as plain with data.params.capabilities as profile("baseline")
	{violation.evidence.excess | some violation in found} == {["NET_RAW"]}
	{violation.evidence.value | some violation in found} == {null}
}

test_denies_the_defaults_under_restricted if {
	found := excess_capabilities.deny with input as plain with data.params.capabilities as profile("restricted")
	{count(violation.evidence.excess) | some violation in found} == {13}
}

test_denies_binding_low_ports_under_restrict_all if {
	found := excess_capabilities.deny with input as having({"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]})
		with data.params.capabilities as profile("restrict-all")
	{violation.evidence.excess | some violation in found} == {["NET_BIND_SERVICE"]}
}

test_denies_tracing_on_fargate_by_default if {
	found := excess_capabilities.deny with input as tracing(["FARGATE"])
	{violation.evidence.excess | some violation in found} == {["SYS_PTRACE"]}
}

test_denies_what_is_allowed_on_fargate_when_ec2_can_run_it_too if {
	found := excess_capabilities.deny with input as tracing(["EC2", "FARGATE"])
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	count(found) == 1
}

test_allows_dockers_defaults if {
	found := excess_capabilities.deny with input as plain
	count(found) == 0
}

test_allows_adding_a_default_after_dropping_all if {
	found := excess_capabilities.deny with input as having({"add": ["CHOWN"], "drop": ["ALL"]})
	count(found) == 0
}

test_allows_dropping_raw_sockets_under_baseline if {
	found := excess_capabilities.deny with input as having({"drop": ["NET_RAW"]})
		with data.params.capabilities as profile("baseline")
	count(found) == 0
}

test_allows_binding_low_ports_under_restricted if {
	found := excess_capabilities.deny with input as having({"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]})
		with data.params.capabilities as profile("restricted")
	count(found) == 0
}

test_allows_nothing_at_all_under_restrict_all if {
	found := excess_capabilities.deny with input as having({"drop": ["ALL"]})
		with data.params.capabilities as profile("restrict-all")
	count(found) == 0
}

test_allows_tracing_on_fargate_when_the_parameter_says_so if {
	found := excess_capabilities.deny with input as tracing(["FARGATE"])
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	count(found) == 0
}

test_excludes_windows if {
	found := excess_capabilities.deny with input as windows
	excluded := excess_capabilities.exclude with input as windows
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_excludes_everything_when_the_profile_is_unknown if {
	found := excess_capabilities.deny with input as having({"add": ["ALL"]})
		with data.params.capabilities as profile("strict")
	excluded := excess_capabilities.exclude with input as having({"add": ["ALL"]})
		with data.params.capabilities as profile("strict")
	count(found) == 0
	excluded == {{
		"resource": arn,
		"reason": "the parameter capabilities.profile is \"strict\", which is no profile",
	}}
}
