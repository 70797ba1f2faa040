package tidewaiter.controls.operation.container_insights_default_off_test

import rego.v1

import data.tidewaiter.controls.operation.container_insights_default_off as control

arn := "AWS::::Account:123456789012"

complete := {"ecs.account_settings": {"status": "complete"}}

denied := {"ecs.account_settings": {"status": "denied"}}

estate(settings, coverage) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"ecs": {"account_settings": settings},
	"coverage": coverage,
}

setting(value) := {"containerInsights": {"name": "containerInsights", "value": value}}

test_denies_an_account_where_it_is_disabled if {
	violations := control.deny with input as estate(setting("disabled"), complete)
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"account 123456789012 has the ECS account setting containerInsights disabled,",
			"expected enabled or enhanced",
		]),
		"evidence": {
			"path": "settings[?name=='containerInsights'].value",
			"value": "disabled",
			"expected": ["enabled", "enhanced"],
		},
	}}
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input as estate(setting("later"), complete)
	count(violations) == 1
}

test_allows_an_account_where_it_is_enhanced if {
	violations := control.deny with input as estate(setting("enhanced"), complete)
	excluded := control.exclude with input as estate(setting("enhanced"), complete)
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_settings_could_not_be_read if {
	violations := control.deny with input as estate({}, denied)
	excluded := control.exclude with input as estate({}, denied)
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_an_account_without_the_setting if {
	excluded := control.exclude with input as estate({}, complete)
	excluded == {{"resource": arn, "reason": "ECS has no account setting containerInsights in this Region"}}
}
