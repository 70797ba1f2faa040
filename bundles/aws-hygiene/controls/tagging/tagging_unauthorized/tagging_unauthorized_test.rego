package tidewaiter.controls.tagging.tagging_unauthorized_test

import rego.v1

import data.tidewaiter.controls.tagging.tagging_unauthorized as control

arn := "AWS::::Account:123456789012"

complete := {"ecs.account_settings": {"status": "complete"}}

denied := {"ecs.account_settings": {"status": "denied"}}

estate(settings, coverage) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"ecs": {"account_settings": settings},
	"coverage": coverage,
}

setting(value) := {"tagResourceAuthorization": {"name": "tagResourceAuthorization", "value": value}}

test_denies_an_account_where_it_is_off if {
	violations := control.deny with input as estate(setting("off"), complete)
	violations == {{
		"resource": arn,
		"message": "account 123456789012 has the ECS account setting tagResourceAuthorization off, expected on",
		"evidence": {
			"path": "settings[?name=='tagResourceAuthorization'].value",
			"value": "off",
			"expected": ["on"],
		},
	}}
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input as estate(setting("later"), complete)
	count(violations) == 1
}

test_allows_an_account_where_it_is_on if {
	violations := control.deny with input as estate(setting("on"), complete)
	excluded := control.exclude with input as estate(setting("on"), complete)
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
	excluded == {{"resource": arn, "reason": "ECS has no account setting tagResourceAuthorization in this Region"}}
}
