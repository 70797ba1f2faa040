package tidewaiter.controls.principal.destruction_without_mfa_test

import rego.v1

import data.tidewaiter.controls.principal.destruction_without_mfa as control

arn := "arn:aws:iam::111122223333:user/ada"

# A principal with one grant of some actions.
holding(actions, grant) := {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": actions, "resources": ["*"]},
		grant,
	)],
	"actions": {action: {"grants": [0]} | some action in actions},
}}

test_denies_no_second_factor if {
	found := control.deny with input.iam.access as holding(["ecs:DeleteCluster"], {})
	{violation.message | some violation in found} == {"user \"ada\" may call ecs:DeleteCluster by statement \"Deploy\" of policy \"deploy\", where no second factor is required, expected aws:MultiFactorAuthPresent to be `true` in every request"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_one_that_access_keys_need_not_have if {
	found := control.deny with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthPresent": {"binding": "when_present", "one_of": ["true"]}}})
	count(found) > 0
}

test_allows_a_required_factor if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthPresent": {"binding": "required", "one_of": ["true"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["true"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthPresent": {"binding": "required", "one_of": ["true"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["true"]}]}}})
}

test_allows_a_denial_without_one if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthPresent": {"binding": "required", "none_of": ["false"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthPresent": {"binding": "required", "none_of": ["false"]}}})
}

test_allows_a_factor_of_some_age if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthAge": {"binding": "required", "tests": [{"effect": "Allow", "operator": "NumericLessThan", "values": ["3600"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DeleteCluster"], {"keys": {"aws:MultiFactorAuthAge": {"binding": "required", "tests": [{"effect": "Allow", "operator": "NumericLessThan", "values": ["3600"]}]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:DeleteCapacityProvider, ecs:DeleteCluster, ecs:DeleteDaemon or the like"}
}

test_leaves_out_machines if {
	access := holding(["ecs:DeleteCluster"], {})
	count(control.deny) == 0 with input.iam.access as access
		with data.params.people.machines as [arn]
	found := control.exclude with input.iam.access as access
		with data.params.people.machines as [arn]
	{exclusion.reason | some exclusion in found} == {"people do not sign in to it with keys of their own"}
}
