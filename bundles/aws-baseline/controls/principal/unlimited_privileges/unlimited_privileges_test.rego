package tidewaiter.controls.principal.unlimited_privileges_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_privileges as control

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
	found := control.deny with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:RegisterDaemonTaskDefinition by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:privileged, expected `false` alone"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_another_value if {
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "required", "one_of": ["true", "false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["true", "false"]}]}}})
	count(found) > 0
}

test_denies_what_cannot_be_decided if {
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "unknown"}}})
	count(found) > 0
}

test_allows_what_is_limited if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
}

test_allows_a_denial if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "when_present", "none_of": ["true"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ecs:privileged": {"binding": "when_present", "none_of": ["true"]}}})
}

test_allows_a_key_in_other_letters if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ECS:Privileged": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RegisterDaemonTaskDefinition", "ecs:RegisterTaskDefinition"], {"keys": {"ECS:Privileged": {"binding": "required", "one_of": ["false"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["false"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:RegisterDaemonTaskDefinition or ecs:RegisterTaskDefinition"}
}
