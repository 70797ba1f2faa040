package tidewaiter.controls.principal.optional_condition_test

import rego.v1

import data.tidewaiter.controls.principal.optional_condition as control

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

test_denies_if_exists if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ArnLikeIfExists", "values": ["a"]}]}}})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:RunTask by statement \"Deploy\" of policy \"deploy\", where ArnLikeIfExists lets requests without ecs:cluster pass, expected a Null condition beside it"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_for_all_values if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:subnet": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ForAllValues:StringEquals", "values": ["a"]}]}}})
	count(found) > 0
}

test_allows_a_required_key if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ArnLikeIfExists", "values": ["a"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ArnLikeIfExists", "values": ["a"]}]}}})
}

test_allows_a_denial if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Deny", "operator": "StringNotEqualsIfExists", "values": ["a"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Deny", "operator": "StringNotEqualsIfExists", "values": ["a"]}]}}})
}

test_allows_a_negated_operator if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringNotEquals", "values": ["a"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringNotEquals", "values": ["a"]}]}}})
}

test_allows_a_key_that_may_be_missing if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"aws:TagKeys": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ForAllValues:StringLike", "values": ["a"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"keys": {"aws:TagKeys": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ForAllValues:StringLike", "values": ["a"]}]}}})
}

test_allows_no_condition if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {})
}

test_leaves_out_updates if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ArnLikeIfExists", "values": ["a"]}]}}})
	found := control.exclude with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "ArnLikeIfExists", "values": ["a"]}]}}})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it anything of ECS but updates"}
}

test_leaves_out_whom_the_parameters_leave_out if {
	found := control.exclude with input.iam.access as holding(["ecs:RunTask"], {})
		with data.params.judged_principals.exempt as ["*"]
	{exclusion.resource | some exclusion in found} == {arn}
}
