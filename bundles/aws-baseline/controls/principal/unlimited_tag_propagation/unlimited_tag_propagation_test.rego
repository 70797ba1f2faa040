package tidewaiter.controls.principal.unlimited_tag_propagation_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_tag_propagation as control

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
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:CreateService and ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:propagate-tags, expected `SERVICE` or `TASK_DEFINITION`", "role \"deploy\" may call ecs:CreateService and ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:enable-ecs-managed-tags, expected `true` alone"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_creation_that_may_leave_it_out if {
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "when_present", "one_of": ["SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "when_present", "none_of": ["false"]}}})
	count(found) > 0
}

test_denies_no_tags if {
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "required", "one_of": ["NONE", "SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "required", "one_of": ["true"]}}})
	count(found) > 0
}

test_allows_both if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "required", "one_of": ["SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "required", "one_of": ["true"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "required", "one_of": ["SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "required", "one_of": ["true"]}}})
}

test_allows_a_denial_of_the_one_value_without_tags if {
	access := holding(["ecs:CreateService"], {"keys": {"ecs:propagate-tags": {"binding": "required", "none_of": ["NONE"]}, "ecs:enable-ecs-managed-tags": {"binding": "required", "none_of": ["false"]}}})
	count(control.deny) == 0 with input.iam.access as access
	count(control.exclude) == 0 with input.iam.access as access
}

test_allows_an_update_that_may_leave_them_out if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "when_present", "one_of": ["SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "when_present", "none_of": ["false"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:propagate-tags": {"binding": "when_present", "one_of": ["SERVICE"]}, "ecs:enable-ecs-managed-tags": {"binding": "when_present", "none_of": ["false"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:CreateService or ecs:UpdateService"}
}
