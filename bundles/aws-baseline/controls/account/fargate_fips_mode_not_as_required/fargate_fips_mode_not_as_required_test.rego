package tidewaiter.controls.account.fargate_fips_mode_not_as_required_test

import rego.v1

import data.tidewaiter.controls.account.fargate_fips_mode_not_as_required as control

arn := "AWS::::Account:123456789012"

complete := {"ecs.account_settings": {"status": "complete"}}

denied := {"ecs.account_settings": {"status": "denied"}}

estate(settings, coverage) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"ecs": {"account_settings": settings},
	"coverage": coverage,
}

setting(value) := {"fargateFIPSMode": {"name": "fargateFIPSMode", "value": value}}

required := {"fargate_fips_mode_not_as_required": {"required": "enabled"}}

test_denies_an_account_in_another_mode if {
	violations := control.deny with input as estate(setting("disabled"), complete)
		with data.params as required
	{violation.message | some violation in violations} == {concat(" ", [
		"account 123456789012 has the ECS account setting fargateFIPSMode disabled,",
		"expected enabled",
	])}
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input as estate(setting("later"), complete)
		with data.params as required
	count(violations) == 1
}

test_allows_an_account_in_the_required_mode if {
	violations := control.deny with input as estate(setting("enabled"), complete)
		with data.params as required
	excluded := control.exclude with input as estate(setting("enabled"), complete)
		with data.params as required
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_settings_could_not_be_read if {
	violations := control.deny with input as estate({}, denied)
		with data.params as required
	excluded := control.exclude with input as estate({}, denied)
		with data.params as required
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_an_account_while_nothing_is_required if {
	violations := control.deny with input as estate(setting("disabled"), complete)
	excluded := control.exclude with input as estate(setting("disabled"), complete)
	count(violations) == 0
	excluded == {{
		"resource": arn,
		"reason": "the parameter fargate_fips_mode_not_as_required.required is empty",
	}}
}

test_excludes_an_account_without_the_setting if {
	excluded := control.exclude with input as estate({}, complete)
		with data.params as required
	excluded == {{"resource": arn, "reason": "ECS has no account setting fargateFIPSMode in this Region"}}
}
