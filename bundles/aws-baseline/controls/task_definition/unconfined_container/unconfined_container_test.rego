package tidewaiter.controls.task_definition.unconfined_container_test

import rego.v1

import data.tidewaiter.controls.task_definition.unconfined_container

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

with_options(options) := estate({"containerDefinitions": [{"name": "web", "dockerSecurityOptions": options}]})

required := {"label_required": true}

test_denies_selinux_switched_off if {
	found := unconfined_container.deny with input as with_options(["label:disable"])
	found == {{
		"resource": arn,
		"message": "container \"web\" switches off SELinux by label:disable, expected no such option",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].dockerSecurityOptions",
			"value": ["label:disable"],
		},
	}}
}

test_denies_apparmor_switched_off if {
	found := unconfined_container.deny with input as with_options(["no-new-privileges", "apparmor=unconfined"])
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" switches off AppArmor by apparmor:unconfined, ",
		"expected no such option",
	])}
}

test_denies_a_sidecar if {
	containers := [{"name": "web"}, {"name": "agent", "dockerSecurityOptions": ["label:disable"]}]
	found := unconfined_container.deny with input as estate({"containerDefinitions": containers})
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_denies_a_missing_label_where_one_is_required if {
	found := unconfined_container.deny with input as with_options(["no-new-privileges"])
		with data.params.unconfined_container as required
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" names neither an SELinux label nor an AppArmor profile, ",
		"expected one of them",
	])}
}

test_allows_a_container_without_options_by_default if {
	found := unconfined_container.deny with input as estate({"containerDefinitions": [{"name": "web"}]})
	count(found) == 0
}

test_allows_a_label_where_one_is_required if {
	found := unconfined_container.deny with input as with_options(["label:type:web_t"])
		with data.params.unconfined_container as required
	count(found) == 0
}

test_allows_a_profile_where_one_is_required if {
	found := unconfined_container.deny with input as with_options(["apparmor:web"])
		with data.params.unconfined_container as required
	count(found) == 0
}

test_excludes_a_definition_for_fargate if {
	document := estate({"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "web"}]})
	found := unconfined_container.deny with input as document
		with data.params.unconfined_container as required
	excluded := unconfined_container.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := unconfined_container.deny with input as with_options([{"Ref": "Option"}])
		with data.params.unconfined_container as required
	count(found) == 0
}
