package tidewaiter.controls.task_definition.unprotected_secret_source_test

import rego.v1

import data.tidewaiter.controls.task_definition.unprotected_secret_source as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

token := "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token"

far := "arn:aws:ssm:us-east-1:123456789012:parameter/shop/token"

complete := {"ssm.parameters": {"status": "complete", "gaps": []}}

estate_of(container, parameters, coverage) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"ecs": {"task_definitions": {arn: {"containerDefinitions": [object.union({"name": "app"}, container)]}}},
	"ssm": {"parameters": parameters},
	"coverage": coverage,
}

estate(value, parameters) := estate_of({"secrets": [{"name": "TOKEN", "valueFrom": value}]}, parameters, complete)

message(source) := concat(" ", [
	"container \"app\" takes \"TOKEN\" from",
	concat("", [source, ","]),
	"expected a secret of Secrets Manager or a SecureString parameter",
])

messages(violations) := {violation.message | some violation in violations}

test_denies_a_parameter_in_plain_text if {
	violations := control.deny with input as estate("/shop/token", {token: {"Type": "String"}})
	violations == {{
		"resource": arn,
		"message": message("parameter \"/shop/token\", which is a String"),
		"evidence": {
			"container": "app",
			"path": "containerDefinitions[0].secrets[0].valueFrom",
			"value": "/shop/token",
			"parameter": {"path": "Type", "value": "String", "expected": "SecureString"},
		},
	}}
}

test_denies_types_that_are_not_known if {
	every parameter in [{"Type": "StringList"}, {"Type": "SecureStringOfTomorrow"}, {}] {
		violations := control.deny with input as estate(token, {token: parameter})
		count(violations) == 1
	}
}

test_denies_a_parameter_that_does_not_exist if {
	violations := control.deny with input as estate("nothing", {token: {"Type": "SecureString"}})
	messages(violations) == {message("parameter \"nothing\", which does not exist")}
}

test_denies_a_parameter_that_cannot_be_seen_from_here if {
	violations := control.deny with input as estate(far, {token: {"Type": "SecureString"}})
	messages(violations) == {message(concat(" ", [
		sprintf("parameter %q of another Region or account,", [far]),
		"whose type cannot be seen from here",
	]))}
}

test_denies_what_is_neither if {
	every value in ["", 7, null, "arn:aws:s3:::bucket/key", "no such name!", "arn:aws:secretsmanager:eu-central-1:1:secret:"] {
		violations := control.deny with input as estate(value, {})
		messages(violations) == {message(sprintf("%s, which names neither", [json.marshal(value)]))}
	}
}

test_denies_an_option_of_a_log_driver if {
	options := {"secretOptions": [{"name": "splunk-token", "valueFrom": token}]}
	violations := control.deny with input as estate_of(
		{"logConfiguration": options},
		{token: {"Type": "String"}},
		complete,
	)
	{violation.evidence.path | some violation in violations} == {concat(".", [
		"containerDefinitions[0]",
		"logConfiguration",
		"secretOptions[0].valueFrom",
	])}
}

test_allows_a_secure_string_by_either_name if {
	every value in [token, "/shop/token", "shop/token"] {
		violations := control.deny with input as estate(value, {token: {"Type": "SecureString"}})
		count(violations) == 0
	}
}

test_allows_secrets_of_secrets_manager_wherever_they_are if {
	every value in [
		"arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf",
		"arn:aws:secretsmanager:us-east-1:210987654321:secret:shop-AbCdEf:password::",
		"/aws/reference/secretsmanager/shop",
		"arn:aws:ssm:eu-central-1:123456789012:parameter/aws/reference/secretsmanager/shop",
	] {
		violations := control.deny with input as estate(value, {})
		count(violations) == 0
	}
}

test_allows_a_parameter_that_somebody_vouches_for if {
	violations := control.deny with input as estate(far, {})
		with data.params.unprotected_secret_source.trusted_parameters as ["arn:aws:ssm:*:123456789012:parameter/shop/*"]
	count(violations) == 0
}

test_unknown_when_parameters_were_not_looked_up if {
	hidden := {"ssm.parameters": {"status": "partial", "gaps": [{"ids": [token]}]}}
	violations := control.deny with input as estate_of(
		{"secrets": [{"name": "TOKEN", "valueFrom": token}]},
		{},
		hidden,
	)
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input as estate({"Ref": "Token"}, {})
	count(violations) == 0
}

test_allows_a_definition_without_secrets if {
	violations := control.deny with input as estate_of({}, {}, complete)
	count(violations) == 0
}
