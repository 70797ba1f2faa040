package tidewaiter.controls.principal.unlimited_launch_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_launch as control

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

test_denies_anything_anywhere if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:RunTask by statement \"Deploy\" of policy \"deploy\", where no cluster is required, expected a list for ecs:cluster, since no key carries subnets and public addresses", "role \"deploy\" may call ecs:RunTask by statement \"Deploy\" of policy \"deploy\", where any task definition will do, expected named families"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_cluster_alone if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
	count(found) > 0
}

test_denies_a_family_alone if {
	found := control.deny with input.iam.access as holding(["ecs:RunTask"], {"resources": ["arn:aws:ecs:*:*:task-definition/web:*"]})
	count(found) > 0
}

test_allows_both if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], {"resources": ["arn:aws:ecs:*:*:task-definition/web:*"], "keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], {"resources": ["arn:aws:ecs:*:*:task-definition/web:*"], "keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:RunTask or ecs:StartTask"}
}
