package tidewaiter.controls.task_definition.credential_variable_name_test

import rego.v1

import data.tidewaiter.controls.task_definition.credential_variable_name

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

setting(name) := estate([{"name": "web", "environment": [
	{"name": "MODE", "value": "redacted:plain:0123456789abcdef"},
	{"name": name, "value": "redacted:plain:fedcba9876543210"},
]}])

test_denies_an_access_key_id if {
	found := credential_variable_name.deny with input as setting("AWS_ACCESS_KEY_ID")
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" sets the environment variable \"AWS_ACCESS_KEY_ID\", ",
			"expected a task role or `secrets`",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].environment[1].name",
			"value": "AWS_ACCESS_KEY_ID",
		},
	}}
}

test_denies_a_secret_access_key if {
	found := credential_variable_name.deny with input as setting("AWS_SECRET_ACCESS_KEY")
	count(found) == 1
}

test_denies_registry_credentials_of_the_agent if {
	found := credential_variable_name.deny with input as setting("ECS_ENGINE_AUTH_DATA")
	count(found) == 1
}

test_denies_an_empty_value if {
	containers := [{"name": "web", "environment": [{"name": "AWS_ACCESS_KEY_ID", "value": ""}]}]
	found := credential_variable_name.deny with input as estate(containers)
	count(found) == 1
}

test_denies_a_sidecar if {
	sidecar := {"name": "agent", "environment": [{"name": "AWS_ACCESS_KEY_ID", "value": ""}]}
	found := credential_variable_name.deny with input as estate([{"name": "web"}, sidecar])
	{violation.evidence.path | some violation in found} == {"containerDefinitions[1].environment[0].name"}
}

test_denies_a_name_of_the_parameter if {
	found := credential_variable_name.deny with input as setting("VAULT_TOKEN")
		with data.params.credential_variable_name as {"names": ["VAULT_TOKEN"]}
	count(found) == 1
}

test_never_shows_the_value if {
	found := credential_variable_name.deny with input as setting("AWS_ACCESS_KEY_ID")
	not contains(json.marshal(found), "fedcba9876543210")
}

test_allows_other_names if {
	found := credential_variable_name.deny with input as setting("MYSQL_ALLOW_EMPTY_PASSWORD")
	count(found) == 0
}

test_allows_a_name_that_only_begins_alike if {
	found := credential_variable_name.deny with input as setting("AWS_ACCESS_KEY_ID_PARAMETER")
	count(found) == 0
}

test_allows_the_name_in_another_case if {
	found := credential_variable_name.deny with input as setting("aws_access_key_id")
	count(found) == 0
}

test_allows_the_name_under_secrets if {
	container := {"name": "web", "secrets": [{"name": "AWS_ACCESS_KEY_ID", "valueFrom": "/web/key"}]}
	found := credential_variable_name.deny with input as estate([container])
	count(found) == 0
}

test_allows_a_container_without_environment if {
	found := credential_variable_name.deny with input as estate([{"name": "web"}])
	count(found) == 0
}

test_excludes_everything_when_no_name_is_configured if {
	excluded := credential_variable_name.exclude with input as setting("AWS_ACCESS_KEY_ID")
		with data.params.credential_variable_name as {"names": []}
	excluded == {{"resource": arn, "reason": "the parameter credential_variable_name.names is empty"}}
}
