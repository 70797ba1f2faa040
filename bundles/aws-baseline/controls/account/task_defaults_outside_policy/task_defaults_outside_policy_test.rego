package tidewaiter.controls.account.task_defaults_outside_policy_test

import rego.v1

import data.tidewaiter.controls.account.task_defaults_outside_policy as control

arn := "AWS::::Account:123456789012"

complete := {"ecs.account_settings": {"status": "complete"}}

denied := {"ecs.account_settings": {"status": "denied"}}

estate(settings, coverage) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"ecs": {"account_settings": settings},
	"coverage": coverage,
}

setting(value) := {"fargateTaskRetirementWaitPeriod": {"name": "fargateTaskRetirementWaitPeriod", "value": value}}

mode(value) := {"defaultLogDriverMode": {"name": "defaultLogDriverMode", "value": value}}

test_denies_a_wait_period_outside_the_policy if {
	violations := control.deny with input as estate(setting("14"), complete)
		with data.params.task_defaults_outside_policy.retirement_wait_days as ["0", "7"]
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"account 123456789012 has the ECS account setting fargateTaskRetirementWaitPeriod 14,",
			"expected 0 or 7",
		]),
		"evidence": {
			"path": "settings[?name=='fargateTaskRetirementWaitPeriod'].value",
			"value": "14",
			"expected": ["0", "7"],
		},
	}}
}

test_denies_a_log_mode_that_is_not_known if {
	violations := control.deny with input as estate(mode("later"), complete)
	count(violations) == 1
}

test_denies_a_log_mode_outside_the_policy if {
	violations := control.deny with input as estate(object.union(setting("7"), mode("blocking")), complete)
		with data.params.task_defaults_outside_policy.log_driver_modes as ["non-blocking"]
	count(violations) == 1
}

test_allows_every_documented_value_by_default if {
	every days in ["0", "7", "14"] {
		violations := control.deny with input as estate(setting(days), complete)
		count(violations) == 0
	}
	every value in ["blocking", "non-blocking"] {
		violations := control.deny with input as estate(mode(value), complete)
		count(violations) == 0
	}
}

test_unknown_when_the_settings_could_not_be_read if {
	violations := control.deny with input as estate({}, denied)
	excluded := control.exclude with input as estate({}, denied)
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_an_account_without_both_settings if {
	excluded := control.exclude with input as estate({}, complete)
	excluded == {{"resource": arn, "reason": "ECS has neither account setting in this Region"}}
}

test_excludes_no_account_with_one_of_them if {
	excluded := control.exclude with input as estate(setting("7"), complete)
	count(excluded) == 0
}
