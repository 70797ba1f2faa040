package tidewaiter.controls.task_definition.floating_image_tag_test

import rego.v1

import data.tidewaiter.controls.task_definition.floating_image_tag

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

using(reference) := estate([{"name": "web", "image": reference}])

test_denies_latest if {
	found := floating_image_tag.deny with input as using("nginx:latest")
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" has the image \"nginx:latest\", whose tag \"latest\" moves, ",
			"expected a tag of a version or a digest",
		]),
		"evidence": {"container": "web", "path": "containerDefinitions[0].image", "value": "nginx:latest"},
	}}
}

test_denies_an_image_without_tag if {
	found := floating_image_tag.deny with input as using("nginx")
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" has the image \"nginx\", without a tag, ",
		"expected a tag of a version or a digest",
	])}
}

test_denies_a_registry_with_a_port_and_no_tag if {
	found := floating_image_tag.deny with input as using("registry.example.com:5000/web")
	count(found) == 1
}

test_denies_a_tag_of_the_parameter if {
	found := floating_image_tag.deny with input as using("nginx:stable")
		with data.params.floating_image_tag as {"tags": ["latest", "stable"]}
	count(found) == 1
}

test_denies_an_image_without_tag_when_no_tag_floats if {
	found := floating_image_tag.deny with input as using("nginx") with data.params.floating_image_tag as {"tags": []}
	count(found) == 1
}

test_denies_a_sidecar if {
	found := floating_image_tag.deny with input as estate([
		{"name": "web", "image": "nginx:1.27"},
		{"name": "agent", "image": "datadog/agent:latest"},
	])
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].image"}
}

test_denies_what_is_no_image_reference if {
	found := floating_image_tag.deny with input as using("${Image}")
	some violation in found
	contains(violation.message, "which is no image reference")
}

test_denies_a_container_without_image if {
	found := floating_image_tag.deny with input as estate([{"name": "web"}])
	count(found) == 1
}

test_allows_a_version if {
	found := floating_image_tag.deny with input as using("nginx:1.27.2-alpine")
	count(found) == 0
}

test_allows_a_tag_that_only_begins_alike if {
	found := floating_image_tag.deny with input as using("nginx:latest-2024")
	count(found) == 0
}

test_allows_a_digest if {
	found := floating_image_tag.deny with input as using(concat("@", ["nginx", digest]))
	count(found) == 0
}

test_allows_latest_with_a_digest if {
	found := floating_image_tag.deny with input as using(concat("@", ["nginx:latest", digest]))
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := floating_image_tag.deny with input as using({"Ref": "Image"})
	count(found) == 0
}
