package tidewaiter.controls.principal.unlimited_compatibility_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_compatibility as control

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
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:RegisterTaskDefinition by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:compute-compatibility, expected a list of kinds in every request"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_for_all_values if {
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:compute-compatibility": {"binding": "when_present", "one_of": ["FARGATE"]}}})
	count(found) > 0
}

test_allows_what_is_limited if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:compute-compatibility": {"binding": "required", "one_of": ["FARGATE"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["FARGATE"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:compute-compatibility": {"binding": "required", "one_of": ["FARGATE"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["FARGATE"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:RegisterTaskDefinition"}
}

test_denies_another_kind_than_the_parameters_allow if {
	found := control.deny with input.iam.access as holding(
		["ecs:RegisterTaskDefinition"],
		{"keys": {"ecs:compute-compatibility": {"binding": "required", "one_of": ["EC2", "FARGATE"]}}},
	)
		with data.params.compatibility_not_allowed.allowed as ["FARGATE"]
	count(found) == 1
}
