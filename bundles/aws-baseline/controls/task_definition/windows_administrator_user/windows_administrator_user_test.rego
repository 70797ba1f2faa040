package tidewaiter.controls.task_definition.windows_administrator_user_test

import rego.v1

import data.tidewaiter.controls.task_definition.windows_administrator_user

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/iis:3"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

on(family, container) := estate({
	"runtimePlatform": {"operatingSystemFamily": family},
	"containerDefinitions": [container],
})

running_as(user) := on("WINDOWS_SERVER_2022_CORE", {"name": "iis", "user": user})

unspecified := estate({"containerDefinitions": [{"name": "iis"}]})

test_denies_a_container_without_a_user if {
	found := windows_administrator_user.deny with input as on("WINDOWS_SERVER_2019_FULL", {"name": "iis"})
	found == {{
		"resource": arn,
		"message": "container \"iis\" names no user, expected \"ContainerUser\" or the like",
		"evidence": {"container": "iis", "path": "containerDefinitions[0].user", "value": null},
	}}
}

test_denies_an_empty_user if {
	found := windows_administrator_user.deny with input as running_as("")
	count(found) == 1
}

test_denies_the_container_administrator if {
	found := windows_administrator_user.deny with input as running_as("ContainerAdministrator")
	found == {{
		"resource": arn,
		"message": "container \"iis\" runs as user \"ContainerAdministrator\", expected \"ContainerUser\" or the like",
		"evidence": {
			"container": "iis",
			"path": "containerDefinitions[0].user",
			"value": "ContainerAdministrator",
		},
	}}
}

test_denies_the_container_administrator_in_lower_case if {
	found := windows_administrator_user.deny with input as running_as("containeradministrator")
	count(found) == 1
}

test_denies_the_container_administrator_with_its_domain if {
	found := windows_administrator_user.deny with input as running_as(`User Manager\ContainerAdministrator`)
	count(found) == 1
}

test_denies_the_system_account if {
	found := windows_administrator_user.deny with input as running_as(`NT AUTHORITY\SYSTEM`)
	count(found) == 1
}

test_denies_a_family_that_does_not_exist_yet if {
	found := windows_administrator_user.deny with input as on("WINDOWS_SERVER_2031_NANO", {"name": "iis"})
	count(found) == 1
}

test_denies_an_unspecified_family_when_the_parameter_says_so if {
	found := windows_administrator_user.deny with input as unspecified
		with data.params.windows_administrator_user as {"judge_unspecified_family": true}
	count(found) == 1
}

test_allows_the_container_user if {
	found := windows_administrator_user.deny with input as running_as("ContainerUser")
	count(found) == 0
}

test_allows_an_account_of_a_domain if {
	found := windows_administrator_user.deny with input as running_as(`CORP\svc-orders`)
	count(found) == 0
}

test_excludes_linux if {
	found := windows_administrator_user.deny with input as on("LINUX", {"name": "web"})
	excluded := windows_administrator_user.exclude with input as on("LINUX", {"name": "web"})
	count(found) == 0
	excluded == {{"resource": arn, "reason": "its operating system family is \"LINUX\", not Windows"}}
}

test_excludes_an_unspecified_family_by_default if {
	found := windows_administrator_user.deny with input as unspecified
	excluded := windows_administrator_user.exclude with input as unspecified
	count(found) == 0
	excluded == {{"resource": arn, "reason": "it names no operating system family, so it is taken for Linux"}}
}

test_excludes_linux_when_the_parameter_judges_unspecified_families if {
	excluded := windows_administrator_user.exclude with input as on("LINUX", {"name": "web"})
		with data.params.windows_administrator_user as {"judge_unspecified_family": true}
	count(excluded) == 1
}

test_does_not_exclude_windows if {
	excluded := windows_administrator_user.exclude with input as running_as("ContainerUser")
	count(excluded) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := windows_administrator_user.deny with input as on({"Ref": "Family"}, {"name": "iis"})
	excluded := windows_administrator_user.exclude with input as on({"Ref": "Family"}, {"name": "iis"})
	count(found | excluded) == 0
}
