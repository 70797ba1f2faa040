package tidewaiter.controls.task_definition.registry_credentials_missing_test

import rego.v1

import data.tidewaiter.controls.task_definition.registry_credentials_missing

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

secret := "arn:aws:secretsmanager:eu-central-1:123456789012:secret:registry-AbCdEf"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

pulling(image) := {"name": "web", "image": image}

with_credentials(image, value) := {
	"name": "web",
	"image": image,
	"repositoryCredentials": {"credentialsParameter": value},
}

private := {"sources": ["registry.example.com", "docker.io/acme"]}

test_denies_a_private_registry_without_credentials if {
	found := registry_credentials_missing.deny with input as estate([pulling("registry.example.com/shop/web:1")])
		with data.params.registry_credentials_missing as private
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" pulls \"registry.example.com/shop/web:1\" without credentials, ",
			"expected a secret in repositoryCredentials",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].repositoryCredentials.credentialsParameter",
			"value": null,
		},
	}}
}

test_denies_a_private_path_of_a_public_registry if {
	found := registry_credentials_missing.deny with input as estate([pulling("acme/web:1")])
		with data.params.registry_credentials_missing as private
	count(found) == 1
}

test_denies_a_sidecar if {
	sidecar := {"name": "agent", "image": "registry.example.com/agent:2"}
	found := registry_credentials_missing.deny with input as estate([pulling("nginx:1"), sidecar])
		with data.params.registry_credentials_missing as private
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_denies_credentials_in_parameter_store if {
	value := "arn:aws:ssm:eu-central-1:123456789012:parameter/registry"
	found := registry_credentials_missing.deny with input as estate([with_credentials("nginx:1", value)])
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" has registry credentials in ",
			"\"arn:aws:ssm:eu-central-1:123456789012:parameter/registry\", expected a secret of Secrets Manager",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].repositoryCredentials.credentialsParameter",
			"value": value,
		},
	}}
}

test_denies_empty_credentials if {
	found := registry_credentials_missing.deny with input as estate([with_credentials("nginx:1", "")])
	count(found) == 1
}

test_allows_a_private_registry_with_a_secret if {
	container := with_credentials("registry.example.com/shop/web:1", secret)
	found := registry_credentials_missing.deny with input as estate([container])
		with data.params.registry_credentials_missing as private
	count(found) == 0
}

test_allows_a_secret_by_its_name if {
	container := with_credentials("registry.example.com/shop/web:1", "registry")
	found := registry_credentials_missing.deny with input as estate([container])
		with data.params.registry_credentials_missing as private
	count(found) == 0
}

test_allows_another_registry_without_credentials if {
	found := registry_credentials_missing.deny with input as estate([pulling("acmeco/web:1")])
		with data.params.registry_credentials_missing as private
	count(found) == 0
}

test_excludes_definitions_without_credentials_by_default if {
	document := {"ecs": {"task_definitions": {
		arn: {"containerDefinitions": [pulling("registry.example.com/web:1")]},
		"with-credentials": {"containerDefinitions": [with_credentials("registry.example.com/web:1", secret)]},
	}}}
	found := registry_credentials_missing.deny with input as document
	excluded := registry_credentials_missing.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := registry_credentials_missing.deny with input as estate([with_credentials("nginx:1", {"Ref": "Secret"})])
	count(found) == 0
}
