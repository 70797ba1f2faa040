package tidewaiter.controls.principal.void_condition_test

import rego.v1

import data.tidewaiter.controls.principal.void_condition as control

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

test_denies_a_key_that_binds_nothing if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:subnet": {"binding": "unsupported"}}})
	{violation.message | some violation in found} == {concat("", [
		"statement \"Deploy\" of policy \"deploy\" of role \"deploy\" has a condition on ecs:subnet, ",
		"which requests for ecs:RunTask do not carry, so that it limits nothing, expected a key that they carry",
	])}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_allows_a_key_that_the_action_carries if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
}

test_allows_a_condition_for_all_of_ecs if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"actions": ["ecs:*"], "keys": {"ecs:subnet": {"binding": "unsupported"}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"actions": ["ecs:*"], "keys": {"ecs:subnet": {"binding": "unsupported"}}})
}

test_allows_a_condition_for_everything_else if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"actions": ["NotAction"], "keys": {"ecs:subnet": {"binding": "unsupported"}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"actions": ["NotAction"], "keys": {"ecs:subnet": {"binding": "unsupported"}}})
}

test_leaves_out_who_has_nothing_to_do_with_ecs if {
	count(control.deny) == 0 with input.iam.access as holding(["iam:PassRole"], {})
	found := control.exclude with input.iam.access as holding(["iam:PassRole"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not speak of ECS"}
}

never(effect) := {"policy": "deploy", "through": "inline", "statement": 1, "effect": effect, "key": "ecs:subnet"}

test_denies_statements_that_never_apply if {
	access := {arn: {"kind": "role", "actions": {
		"ecs:RunTask": {"void": [never("Allow"), never("Deny")]},
		"ecs:StartTask": {"void": [never("Deny")]},
	}}}
	found := control.deny with input.iam.access as access
	{{"actions": violation.evidence.actions, "effect": regex.find_n(`it \w+ nothing`, violation.message, 1)[0]} |
		some violation in found
	} == {
		{"actions": ["ecs:RunTask"], "effect": "it allows nothing"},
		{"actions": ["ecs:RunTask", "ecs:StartTask"], "effect": "it denies nothing"},
	}
}

test_leaves_out_whom_the_parameters_leave_out if {
	found := control.exclude with input.iam.access as holding(["ecs:RunTask"], {})
		with data.params.judged_principals.exempt as ["*"]
	{exclusion.resource | some exclusion in found} == {arn}
}
