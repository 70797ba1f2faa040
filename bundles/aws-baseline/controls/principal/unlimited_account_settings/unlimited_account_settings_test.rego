package tidewaiter.controls.principal.unlimited_account_settings_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_account_settings as control

arn := "arn:aws:iam::111122223333:role/deploy"

# A principal with one grant of some actions.
holding(actions, grant) := {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": actions, "resources": ["*"]},
		grant,
	)],
	"actions": {action: {"grants": [0]} | some action in actions},
}}

test_denies_any_setting if {
	found := control.deny with input.iam.access as holding(["ecs:PutAccountSetting"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:PutAccountSetting by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:account-setting, expected a list of settings"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_allows_named_settings if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:PutAccountSetting"], {"keys": {"ecs:account-setting": {"binding": "required", "one_of": ["containerInsights"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["containerInsights"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:PutAccountSetting"], {"keys": {"ecs:account-setting": {"binding": "required", "one_of": ["containerInsights"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["containerInsights"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:DeleteAccountSetting or ecs:PutAccountSetting or ecs:PutAccountSettingDefault"}
}
