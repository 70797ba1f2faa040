package tidewaiter.controls.principal.unlimited_public_addresses_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_public_addresses as control

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

test_denies_what_nothing_limits if {
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:CreateService and ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:auto-assign-public-ip, expected `false` alone"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_another_value if {
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:auto-assign-public-ip": {"binding": "required", "one_of": ["true"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["true"]}]}}})
	count(found) > 0
}

test_allows_a_value if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:auto-assign-public-ip": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:auto-assign-public-ip": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
}

test_allows_a_denial if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:auto-assign-public-ip": {"binding": "when_present", "none_of": ["true"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:auto-assign-public-ip": {"binding": "when_present", "none_of": ["true"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:CreateService or ecs:UpdateService"}
}
