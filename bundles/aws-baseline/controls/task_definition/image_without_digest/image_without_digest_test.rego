package tidewaiter.controls.task_definition.image_without_digest_test

import rego.v1

import data.tidewaiter.controls.task_definition.image_without_digest

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

using(reference) := estate([{"name": "web", "image": reference}])

test_denies_a_version_tag if {
	found := image_without_digest.deny with input as using("nginx:1.27")
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" has the image \"nginx:1.27\", without a SHA-256 digest, ",
			"expected one pinned by `@sha256:`",
		]),
		"evidence": {"container": "web", "path": "containerDefinitions[0].image", "value": "nginx:1.27"},
	}}
}

test_denies_an_image_without_tag if {
	found := image_without_digest.deny with input as using("nginx")
	count(found) == 1
}

test_denies_a_digest_that_is_cut_short if {
	found := image_without_digest.deny with input as using("nginx@sha256:0123456789abcdef")
	some violation in found
	contains(violation.message, "which is no image reference")
}

test_denies_a_tag_that_looks_like_a_digest if {
	found := image_without_digest.deny with input as using("nginx:sha256-0123456789abcdef")
	count(found) == 1
}

test_denies_a_sidecar if {
	found := image_without_digest.deny with input as estate([
		{"name": "web", "image": concat("@", ["nginx", digest])},
		{"name": "agent", "image": "datadog/agent:7"},
	])
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].image"}
}

test_allows_a_digest if {
	found := image_without_digest.deny with input as using(concat("@", ["nginx", digest]))
	count(found) == 0
}

test_allows_a_digest_behind_a_tag if {
	found := image_without_digest.deny with input as using(concat("@", ["registry.example.com:5000/web:1.4", digest]))
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := image_without_digest.deny with input as using({"Ref": "Image"})
	count(found) == 0
}
