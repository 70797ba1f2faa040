package tidewaiter.controls.principal.unlimited_exec_sessions_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_exec_sessions as control

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

test_denies_any_container if {
	found := control.deny with input.iam.access as holding(["ecs:ExecuteCommand"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:ExecuteCommand by statement \"Deploy\" of policy \"deploy\", where no cluster, container or tag limits it, expected named clusters, containers or tagged tasks alone"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_any_cluster_by_arn if {
	found := control.deny with input.iam.access as holding(["ecs:ExecuteCommand"], {"resources": ["arn:aws:ecs:*:*:task/*"]})
	count(found) > 0
}

test_denies_a_tag_that_may_be_missing if {
	found := control.deny with input.iam.access as holding(["ecs:ExecuteCommand"], {"keys": {"aws:ResourceTag/team": {"binding": "when_present", "one_of": ["a"]}}})
	count(found) > 0
}

test_allows_a_named_cluster if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ExecuteCommand"], {"resources": ["arn:aws:ecs:eu-west-1:111122223333:task/prod/*"]})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:ExecuteCommand"], {"resources": ["arn:aws:ecs:eu-west-1:111122223333:task/prod/*"]})
}

test_allows_a_required_tag if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ExecuteCommand"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:ExecuteCommand"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:ExecuteCommand"}
}
