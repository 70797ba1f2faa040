package tidewaiter.controls.task_definition.privilege_escalation_possible_test

import rego.v1

import data.tidewaiter.controls.task_definition.privilege_escalation_possible

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

with_options(options) := estate({"containerDefinitions": [{"name": "web", "dockerSecurityOptions": options}]})

test_denies_a_container_without_security_options if {
	found := privilege_escalation_possible.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
	found == {{
		"resource": arn,
		"message": "container \"web\" may gain privileges, expected \"no-new-privileges\" in dockerSecurityOptions",
		"evidence": {"container": "web", "path": "containerDefinitions[0].dockerSecurityOptions", "value": []},
	}}
}

test_denies_other_options_alone if {
	found := privilege_escalation_possible.deny with input as with_options(["apparmor:web"])
	{violation.evidence.value | some violation in found} == {["apparmor:web"]}
}

test_denies_the_option_switched_off if {
	found := privilege_escalation_possible.deny with input as with_options(["no-new-privileges:false"])
	count(found) == 1
}

test_denies_the_option_switched_off_after_it_was_on if {
	options := ["no-new-privileges", "no-new-privileges:false"]
	found := privilege_escalation_possible.deny with input as with_options(options)
	count(found) == 1
}

test_denies_an_option_that_only_begins_like_it if {
	found := privilege_escalation_possible.deny with input as with_options(["no-new-privileges-at-all"])
	count(found) == 1
}

test_denies_a_sidecar if {
	containers := [{"name": "web", "dockerSecurityOptions": ["no-new-privileges"]}, {"name": "agent"}]
	found := privilege_escalation_possible.deny with input as estate({"containerDefinitions": containers})
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_denies_where_ec2_is_possible_besides_fargate if {
	definition := {"requiresCompatibilities": ["EC2", "FARGATE"], "containerDefinitions": [{"name": "web"}]}
	found := privilege_escalation_possible.deny with input as estate(definition)
	count(found) == 1
}

test_allows_the_option if {
	found := privilege_escalation_possible.deny with input as with_options(["no-new-privileges"])
	count(found) == 0
}

test_allows_the_option_with_a_value if {
	found := privilege_escalation_possible.deny with input as with_options(["label:level:s0", "no-new-privileges:true"])
	count(found) == 0
}

test_allows_the_option_with_an_equals_sign if {
	found := privilege_escalation_possible.deny with input as with_options(["no-new-privileges=true"])
	count(found) == 0
}

test_excludes_a_definition_for_fargate if {
	document := estate({"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "web"}]})
	found := privilege_escalation_possible.deny with input as document
	excluded := privilege_escalation_possible.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_excludes_a_definition_for_windows if {
	document := estate({
		"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
		"containerDefinitions": [{"name": "web"}],
	})
	found := privilege_escalation_possible.deny with input as document
	excluded := privilege_escalation_possible.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := privilege_escalation_possible.deny with input as with_options([{"Ref": "Option"}])
	count(found) == 0
}
