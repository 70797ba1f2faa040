package tidewaiter.controls.task_definition.plaintext_secret_test

import rego.v1

import data.tidewaiter.controls.task_definition.plaintext_secret

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

token := "redacted:github_token:0123456789abcdef"

plain := "redacted:plain:fedcba9876543210"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

holding(container) := estate({"containerDefinitions": [object.union({"name": "web"}, container)]})

setting(name, value) := holding({"environment": [{"name": name, "value": value}]})

paths(violations) := {violation.evidence.path | some violation in violations}

test_denies_an_environment_variable if {
	found := plaintext_secret.deny with input as setting("TOKEN", token)
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" holds a text of class \"github_token\" in environment[0].value, ",
			"expected a reference to a secret store",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].environment[0].value",
			"name": "TOKEN",
			"class": "github_token",
		},
	}}
}

test_denies_a_variable_with_a_harmless_name if {
	found := plaintext_secret.deny with input as setting("GREETING", token)
	count(found) == 1
}

test_denies_an_argument_of_the_command if {
	found := plaintext_secret.deny with input as holding({"command": [plain, token]})
	paths(found) == {"containerDefinitions[0].command[1]"}
}

test_denies_an_argument_of_the_entry_point if {
	found := plaintext_secret.deny with input as holding({"entryPoint": [token]})
	paths(found) == {"containerDefinitions[0].entryPoint[0]"}
}

test_denies_an_argument_of_the_health_check if {
	found := plaintext_secret.deny with input as holding({"healthCheck": {"command": ["CMD-SHELL", token]}})
	paths(found) == {"containerDefinitions[0].healthCheck.command[1]"}
}

test_denies_a_label if {
	found := plaintext_secret.deny with input as holding({"dockerLabels": {"com.example.key": token}})
	paths(found) == {"containerDefinitions[0].dockerLabels.\"com.example.key\""}
}

test_denies_a_log_option if {
	found := plaintext_secret.deny with input as holding({"logConfiguration": {
		"logDriver": "splunk",
		"options": {"splunk-token": token, "splunk-url": plain},
	}})
	paths(found) == {"containerDefinitions[0].logConfiguration.options.\"splunk-token\""}
}

test_denies_a_log_router_option if {
	found := plaintext_secret.deny with input as holding({"firelensConfiguration": {"options": {"header": token}}})
	paths(found) == {"containerDefinitions[0].firelensConfiguration.options.\"header\""}
}

test_denies_an_option_of_a_volume_driver if {
	volume := {"name": "share", "dockerVolumeConfiguration": {"driverOpts": {"o": token}}}
	found := plaintext_secret.deny with input as estate({"volumes": [volume], "containerDefinitions": []})
	found == {{
		"resource": arn,
		"message": concat("", [
			"volume \"share\" holds a text of class \"github_token\" in dockerVolumeConfiguration.driverOpts.\"o\", ",
			"expected no secret in the definition of a volume",
		]),
		"evidence": {
			"volume": "share",
			"path": "volumes[0].dockerVolumeConfiguration.driverOpts.\"o\"",
			"name": "o",
			"class": "github_token",
		},
	}}
}

test_denies_a_sidecar if {
	sidecar := {"name": "agent", "environment": [{"name": "API_KEY", "value": token}]}
	found := plaintext_secret.deny with input as estate({"containerDefinitions": [{"name": "web"}, sidecar]})
	paths(found) == {"containerDefinitions[1].environment[0].value"}
}

test_denies_a_class_that_it_has_never_heard_of if {
	found := plaintext_secret.deny with input as setting("TOKEN", "redacted:quantum_key:0123456789abcdef")
	count(found) == 1
}

test_denies_a_text_whose_class_is_missing if {
	found := plaintext_secret.deny with input as setting("TOKEN", "redacted:")
	count(found) == 1
}

test_denies_a_high_entropy_text_when_no_class_is_vague if {
	found := plaintext_secret.deny with input as setting("SALT", "redacted:high_entropy:0123456789abcdef")
		with data.params.plaintext_secret.vague_classes as []
	count(found) == 1
}

test_denies_a_high_entropy_text_under_the_name_of_a_secret if {
	found := plaintext_secret.deny with input as setting("DB_PASSWORD", "redacted:high_entropy:0123456789abcdef")
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" holds a text of class \"high_entropy\" in environment[0].value, ",
		"expected a reference to a secret store",
	])}
}

test_denies_a_high_entropy_label_under_the_name_of_a_secret if {
	labels := {"com.example.api-key": "redacted:high_entropy:0123456789abcdef"}
	found := plaintext_secret.deny with input as holding({"dockerLabels": labels})
	count(found) == 1
}

test_denies_an_accepted_name_with_another_class if {
	found := plaintext_secret.deny with input as setting("TOKEN", token)
		with data.params.plaintext_secret.accepted as [{"name": "TOKEN", "class": "slack_token"}]
	count(found) == 1
}

test_never_shows_the_hash if {
	found := plaintext_secret.deny with input as setting("TOKEN", token)
	not contains(json.marshal(found), "0123456789abcdef")
}

test_allows_plain_text if {
	found := plaintext_secret.deny with input as setting("GREETING", plain)
	count(found) == 0
}

test_allows_plain_text_under_an_alarming_name if {
	found := plaintext_secret.deny with input as setting("MYSQL_ALLOW_EMPTY_PASSWORD", plain)
	count(found) == 0
}

test_allows_an_empty_value if {
	found := plaintext_secret.deny with input as setting("PASSWORD", "")
	count(found) == 0
}

test_allows_a_reference_under_secrets if {
	found := plaintext_secret.deny with input as holding({"secrets": [{"name": "TOKEN", "valueFrom": "/web/token"}]})
	count(found) == 0
}

test_allows_a_high_entropy_text_under_the_name_of_a_reference if {
	found := plaintext_secret.deny with input as setting("DB_SECRET_ARN", "redacted:high_entropy:0123456789abcdef")
	count(found) == 0
}

test_allows_a_high_entropy_text_under_a_name_that_only_holds_the_letters_of_a_word if {
	found := plaintext_secret.deny with input as setting("TOKENIZER_CHECKSUM", "redacted:high_entropy:0123456789abcdef")
	count(found) == 0
}

test_allows_a_high_entropy_argument if {
	found := plaintext_secret.deny with input as holding({"command": ["redacted:high_entropy:0123456789abcdef"]})
	count(found) == 0
}

test_allows_an_ignored_class if {
	found := plaintext_secret.deny with input as setting("TOKEN", token)
		with data.params.plaintext_secret.ignored_classes as ["github_token"]
	count(found) == 0
}

test_allows_a_high_entropy_text_by_default if {
	found := plaintext_secret.deny with input as setting("SALT", "redacted:high_entropy:0123456789abcdef")
	count(found) == 0
}

test_allows_an_accepted_name_and_class if {
	found := plaintext_secret.deny with input as setting("TOKEN", token)
		with data.params.plaintext_secret.accepted as [{"name": "TOKEN", "class": "github_token"}]
	count(found) == 0
}
