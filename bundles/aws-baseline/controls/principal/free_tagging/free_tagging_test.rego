package tidewaiter.controls.principal.free_tagging_test

import rego.v1

import data.tidewaiter.controls.principal.free_tagging as control

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

test_denies_anything if {
	found := control.deny with input.iam.access as holding(["ecs:TagResource"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:TagResource by statement \"Deploy\" of policy \"deploy\", where any tag may be set on anything, expected ecs:CreateAction, named resources, or known keys"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_creation_that_need_not_be_one if {
	found := control.deny with input.iam.access as holding(["ecs:TagResource"], {"keys": {"ecs:CreateAction": {"binding": "when_present", "one_of": ["RunTask"]}}})
	count(found) > 0
}

test_allows_creation_alone if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:TagResource"], {"keys": {"ecs:CreateAction": {"binding": "required", "one_of": ["RunTask"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["RunTask"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:TagResource"], {"keys": {"ecs:CreateAction": {"binding": "required", "one_of": ["RunTask"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["RunTask"]}]}}})
}

test_allows_named_resources if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:TagResource"], {"resources": ["arn:aws:ecs:*:*:service/prod/*"]})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:TagResource"], {"resources": ["arn:aws:ecs:*:*:service/prod/*"]})
}

test_allows_known_keys if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:TagResource"], {"keys": {"aws:TagKeys": {"binding": "when_present", "one_of": ["cost"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:TagResource"], {"keys": {"aws:TagKeys": {"binding": "when_present", "one_of": ["cost"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:TagResource or ecs:UntagResource"}
}
