package tidewaiter.controls.task_definition.unapproved_registry_test

import rego.v1

import data.tidewaiter.controls.task_definition.unapproved_registry

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

own := "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1"

other := "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:1"

estate(containers) := {
	"account": {"id": "123456789012"},
	"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}},
}

using(reference) := estate([{"name": "web", "image": reference}])

nothing := {"own_account": false, "ecr_accounts": [], "registries": [], "repositories": []}

approving(fields) := object.union(nothing, fields)

test_denies_docker_hub if {
	found := unapproved_registry.deny with input as using("nginx:1.27")
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" has the image \"nginx:1.27\", which comes from docker.io, ",
			"expected an approved registry",
		]),
		"evidence": {"container": "web", "path": "containerDefinitions[0].image", "value": "nginx:1.27"},
	}}
}

test_denies_the_public_gallery if {
	found := unapproved_registry.deny with input as using("public.ecr.aws/docker/library/nginx:1.27")
	count(found) == 1
}

test_denies_the_registry_of_another_account if {
	found := unapproved_registry.deny with input as using(other)
	count(found) == 1
}

test_denies_a_host_that_only_begins_like_the_own_registry if {
	reference := "123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.org/web:1"
	found := unapproved_registry.deny with input as using(reference)
	count(found) == 1
}

test_denies_a_host_that_only_ends_like_an_approved_one if {
	found := unapproved_registry.deny with input as using("evil-quay.io/team/web:1")
		with data.params.unapproved_registry as approving({"registries": ["quay.io"]})
	count(found) == 1
}

test_denies_an_approved_host_on_another_port if {
	found := unapproved_registry.deny with input as using("registry.example.com:5001/web:1")
		with data.params.unapproved_registry as approving({"registries": ["registry.example.com:5000"]})
	count(found) == 1
}

test_denies_a_repository_that_only_begins_alike if {
	found := unapproved_registry.deny with input as using("quay.io/teamwork/web:1")
		with data.params.unapproved_registry as approving({"repositories": ["quay.io/team"]})
	count(found) == 1
}

test_denies_an_approved_repository_on_another_registry if {
	found := unapproved_registry.deny with input as using("ghcr.io/team/web:1")
		with data.params.unapproved_registry as approving({"repositories": ["quay.io/team/web"]})
	count(found) == 1
}

test_denies_the_own_registry_when_it_is_not_approved if {
	found := unapproved_registry.deny with input as using(own)
		with data.params.unapproved_registry as approving({"registries": ["quay.io"]})
	count(found) == 1
}

test_denies_a_sidecar if {
	found := unapproved_registry.deny with input as estate([
		{"name": "web", "image": own},
		{"name": "agent", "image": "datadog/agent:7"},
	])
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].image"}
}

test_denies_what_is_no_image_reference if {
	found := unapproved_registry.deny with input as using("${Image}")
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" has the image \"${Image}\", which is no image reference, ",
		"expected an approved registry",
	])}
}

test_allows_the_own_registry if {
	found := unapproved_registry.deny with input as using(own)
	count(found) == 0
}

test_allows_the_own_registry_in_another_region if {
	found := unapproved_registry.deny with input as using("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web:1")
	count(found) == 0
}

test_allows_the_own_registry_by_its_dual_stack_name if {
	found := unapproved_registry.deny with input as using("123456789012.dkr-ecr.eu-central-1.on.aws/web:1")
	count(found) == 0
}

test_allows_the_registry_of_an_approved_account if {
	found := unapproved_registry.deny with input as using(other)
		with data.params.unapproved_registry as approving({"ecr_accounts": ["111122223333"]})
	count(found) == 0
}

test_allows_an_approved_registry if {
	found := unapproved_registry.deny with input as using("registry.example.com:5000/team/web:1")
		with data.params.unapproved_registry as approving({"registries": ["Registry.example.com:5000"]})
	count(found) == 0
}

test_allows_docker_hub_by_its_name if {
	found := unapproved_registry.deny with input as using("grafana/loki:3")
		with data.params.unapproved_registry as approving({"registries": ["docker.io"]})
	count(found) == 0
}

test_allows_an_approved_official_image if {
	found := unapproved_registry.deny with input as using("nginx:1.27")
		with data.params.unapproved_registry as approving({"repositories": ["docker.io/library/nginx"]})
	count(found) == 0
}

test_allows_a_repository_below_an_approved_path if {
	found := unapproved_registry.deny with input as using("public.ecr.aws/aws-observability/collector:v1")
		with data.params.unapproved_registry as approving({"repositories": ["public.ecr.aws/aws-observability/"]})
	count(found) == 0
}

test_excludes_everything_when_nothing_is_approved if {
	found := unapproved_registry.deny with input as using(own)
		with data.params.unapproved_registry as nothing
	excluded := unapproved_registry.exclude with input as using(own)
		with data.params.unapproved_registry as nothing
	count(found) == 0
	excluded == {{"resource": arn, "reason": "the parameter unapproved_registry approves of nothing"}}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := unapproved_registry.deny with input as using({"Ref": "Image"})
	count(found) == 0
}
