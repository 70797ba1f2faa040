package tidewaiter.controls.principal.unlimited_kinds_of_service_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_kinds_of_service as control

arn := "arn:aws:iam::111122223333:role/deploy"

statement := {"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": ["ecs:*"], "resources": ["*"]}

limited(key) := object.union(statement, {"keys": {key: {"binding": "when_present", "none_of": ["true"]}}})

# A principal with a limited way and another one.
holding(limited_action, key, other_action, other) := {arn: {
	"kind": "role",
	"grants": [limited(key), other],
	"actions": {limited_action: {"grants": [0]}, other_action: {"grants": [1]}},
}}

exec := "ecs:enable-execute-command"

test_denies_a_daemon_past_the_limits_of_services if {
	found := control.deny with input.iam.access as holding("ecs:CreateService", exec, "ecs:CreateDaemon", statement)
	{violation.message | some violation in found} == {concat("", [
		"role \"deploy\" may call ecs:CreateDaemon by statement \"Deploy\" of policy \"deploy\", where ",
		"ecs:enable-execute-command limits ecs:CreateService and not these, expected the same limit, or no such call",
	])}
}

test_denies_a_daemons_definition_past_the_limits_of_definitions if {
	found := control.deny with input.iam.access as holding(
		"ecs:RegisterTaskDefinition",
		"ecs:privileged",
		"ecs:RegisterDaemonTaskDefinition",
		statement,
	)
	count(found) == 1
}

test_allows_the_same_limit if {
	access := holding("ecs:CreateService", exec, "ecs:CreateDaemon", limited(exec))
	count(control.deny) == 0 with input.iam.access as access
	count(control.exclude) == 0 with input.iam.access as access
}

test_leaves_out_who_creates_neither if {
	access := {arn: {"kind": "role", "grants": [statement], "actions": {"ecs:RunTask": {"grants": [0]}}}}
	found := control.exclude with input.iam.access as access
	count(found) == 1
	count(control.deny) == 0 with input.iam.access as access
}

test_leaves_out_who_is_not_limited_at_all if {
	access := {arn: {
		"kind": "role",
		"grants": [limited(exec), statement],
		"actions": {"ecs:CreateService": {"grants": [0, 1]}, "ecs:CreateDaemon": {"grants": [1]}},
	}}
	count(control.deny) == 0 with input.iam.access as access
	found := control.exclude with input.iam.access as access
	{exclusion.reason | some exclusion in found} == {"nothing limits how it creates services and registers task definitions"}
}
