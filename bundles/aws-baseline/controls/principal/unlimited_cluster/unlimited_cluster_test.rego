package tidewaiter.controls.principal.unlimited_cluster_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_cluster as control

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

test_denies_any_cluster if {
	found := control.deny with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:DeleteService and ecs:StopTask by statement \"Deploy\" of policy \"deploy\", where no cluster is named, expected named clusters alone"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_cluster_that_may_be_missing if {
	found := control.deny with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {"keys": {"ecs:cluster": {"binding": "when_present", "one_of": ["arn:c"]}}})
	count(found) > 0
}

test_allows_a_named_cluster if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {"resources": ["arn:aws:ecs:*:*:service/prod/*", "arn:aws:ecs:*:*:task/prod/*"]})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {"resources": ["arn:aws:ecs:*:*:service/prod/*", "arn:aws:ecs:*:*:task/prod/*"]})
}

test_allows_a_required_cluster if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DeleteService", "ecs:StopTask"], {"keys": {"ecs:cluster": {"binding": "required", "one_of": ["arn:c"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["arn:c"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:DeleteDaemon, ecs:DeleteExpressGatewayService, ecs:DeleteService or the like"}
}
