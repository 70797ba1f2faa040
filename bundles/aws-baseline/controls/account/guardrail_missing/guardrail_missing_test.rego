package tidewaiter.controls.account.guardrail_missing_test

import rego.v1

import data.tidewaiter.controls.account.guardrail_missing as control

grant := {"policy": "deploy", "statement": 0, "actions": ["ecs:*"], "resources": ["*"]}

limited := object.union(grant, {"keys": {"ecs:privileged": {"binding": "when_present", "none_of": ["true"]}}})

# An account in which one role may register task definitions by this grant, which leaves these keys open.
estate(one, open) := {
	"accounts": {"111122223333": {}},
	"iam": {"access": {"arn:aws:iam::111122223333:role/deploy": {
		"kind": "role",
		"grants": [one],
		"actions": {"ecs:RegisterTaskDefinition": {"grants": [0], "not_constrained": open}},
	}}},
}

test_denies_a_key_that_nothing_limits if {
	found := control.deny with input as estate(grant, ["ecs:privileged", "ecs:task-cpu"])
	{violation.message | some violation in found} == {concat("", [
		"role \"deploy\" can call ecs:RegisterTaskDefinition, and neither a service control policy ",
		"nor a boundary limits ecs:privileged for them, expected one that does",
	])}
}

test_allows_where_everybody_is_limited if {
	document := estate(limited, [])
	count(control.deny) == 0 with input as document
	count(control.exclude) == 0 with input as document
}

test_leaves_out_an_account_without_callers if {
	document := estate(grant, [])
	count(control.deny) == 0 with input as document
	found := control.exclude with input as document
	{exclusion.reason | some exclusion in found} == {"nobody may call an action that carries one of the keys"}
}

test_judges_the_keys_of_the_parameters if {
	found := control.deny with input as estate(grant, ["ecs:privileged", "ecs:task-cpu"])
		with data.params.guardrail_missing.keys as ["ecs:task-cpu"]
	{violation.evidence.value | some violation in found} == {["arn:aws:iam::111122223333:role/deploy"]}
}
