package tidewaiter.controls.task_definition.linux_root_user_test

import rego.v1

import data.tidewaiter.controls.task_definition.linux_root_user

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

running_as(user) := estate({"containerDefinitions": [{"name": "web", "user": user}]})

on(family) := estate({
	"runtimePlatform": {"operatingSystemFamily": family},
	"containerDefinitions": [{"name": "web"}],
})

test_denies_a_container_without_a_user if {
	found := linux_root_user.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
	found == {{
		"resource": arn,
		"message": "container \"web\" names no user, expected a user other than root",
		"evidence": {"container": "web", "path": "containerDefinitions[0].user", "value": null},
	}}
}

test_denies_an_empty_user if {
	found := linux_root_user.deny with input as running_as("")
	count(found) == 1
}

test_denies_root if {
	found := linux_root_user.deny with input as running_as("root")
	found == {{
		"resource": arn,
		"message": "container \"web\" runs as user \"root\", expected a user other than root",
		"evidence": {"container": "web", "path": "containerDefinitions[0].user", "value": "root"},
	}}
}

test_denies_user_id_zero if {
	found := linux_root_user.deny with input as running_as("0")
	count(found) == 1
}

test_denies_user_and_group_zero if {
	found := linux_root_user.deny with input as running_as("0:0")
	count(found) == 1
}

test_denies_root_with_another_group if {
	found := linux_root_user.deny with input as running_as("root:nginx")
	count(found) == 1
}

test_denies_user_id_zero_with_another_group if {
	found := linux_root_user.deny with input as running_as("0:1000")
	count(found) == 1
}

test_denies_a_zero_with_leading_zeros if {
	found := linux_root_user.deny with input as running_as("000")
	count(found) == 1
}

test_denies_a_group_without_a_user if {
	found := linux_root_user.deny with input as running_as(":1000")
	count(found) == 1
}

test_denies_a_zero_that_a_template_wrote_as_a_number if {
	found := linux_root_user.deny with input as running_as(0)
	count(found) == 1
}

test_denies_a_sidecar_that_runs_as_root if {
	containers := [{"name": "web", "user": "1000"}, {"name": "log-router", "user": "0"}]
	found := linux_root_user.deny with input as estate({"containerDefinitions": containers})
	{violation.evidence.container | some violation in found} == {"log-router"}
}

test_denies_on_linux_by_name if {
	found := linux_root_user.deny with input as on("LINUX")
	count(found) == 1
}

test_denies_on_an_unknown_operating_system if {
	found := linux_root_user.deny with input as on("PLAN9")
	count(found) == 1
}

test_allows_a_user_id if {
	found := linux_root_user.deny with input as running_as("1000")
	count(found) == 0
}

test_allows_a_user_name if {
	found := linux_root_user.deny with input as running_as("nginx")
	count(found) == 0
}

test_allows_a_user_in_group_zero if {
	found := linux_root_user.deny with input as running_as("1001:0")
	count(found) == 0
}

test_allows_a_user_name_that_begins_like_root if {
	found := linux_root_user.deny with input as running_as("rootless")
	count(found) == 0
}

test_allows_a_user_id_that_begins_with_zero if {
	found := linux_root_user.deny with input as running_as("0100")
	count(found) == 0
}

test_excludes_a_definition_for_windows if {
	found := linux_root_user.deny with input as on("WINDOWS_SERVER_2022_CORE")
	excluded := linux_root_user.exclude with input as on("WINDOWS_SERVER_2022_CORE")
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := linux_root_user.deny with input as running_as({"Ref": "User"})
	count(found) == 0
}
