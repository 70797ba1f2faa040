package tidewaiter.controls.principal.wildcard_access_test

import rego.v1

import data.tidewaiter.controls.principal.wildcard_access as control

arn := "arn:aws:iam::111122223333:role/deploy"

# A principal whose statement says these patterns for some actions.
holding(actions, patterns, grant) := {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": patterns, "resources": ["*"]},
		grant,
	)],
	"actions": {action: {"grants": [0]} | some action in actions},
}}

probes := ["ecs:CreateCluster", "ecs:DeleteCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:UpdateService"]

denied(patterns, grant) := {violation.message |
	some violation in control.deny with input.iam.access as holding(probes, patterns, grant)
}

test_denies_everything_on_everything if {
	denied(["ecs:*"], {}) == {"role \"deploy\" may call ecs:* by statement \"Deploy\" of policy \"deploy\", where every resource is meant, expected the actions that it needs on named resources"}
	every pattern in ["*", "ECS:*", "*:*", "e*", "NotAction"] {
		count(denied([pattern], {})) == 1
	}
}

test_denies_every_resource_however_it_is_written if {
	every pattern in ["*", "arn:aws:ecs:*", "arn:aws:ecs:*:*:*", "arn:aws:ecs:eu-west-1:111122223333:*/*"] {
		count(denied(["ecs:*"], {"resources": ["arn:aws:ecs:*:*:cluster/prod", pattern]})) == 1
	}
}

test_denies_under_a_condition_on_the_caller if {
	factor := {"aws:MultiFactorAuthPresent": {"binding": "required", "one_of": ["true"]}}
	count(denied(["*"], {"keys": factor})) == 1
}

test_allows_a_named_resource_a_cluster_or_a_tag if {
	count(denied(["ecs:*"], {"resources": ["arn:aws:ecs:*:*:cluster/prod"]})) == 0
	every key in ["ecs:cluster", "aws:ResourceTag/team", "ecs:ResourceTag/team"] {
		count(denied(["ecs:*"], {"keys": {key: {"binding": "required", "one_of": ["a"]}}})) == 0
	}
}

test_allows_a_list_and_a_narrow_pattern if {
	count(denied(probes, {})) == 0
	count(denied(["ecs:Update*"], {})) == 0
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RunTask"], ["NotAction"], {})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RunTask"], ["NotAction"], {})
}

test_leaves_out_who_has_nothing_to_do_with_ecs if {
	found := control.exclude with input.iam.access as holding(["iam:PassRole"], ["iam:PassRole"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it anything of ECS"}
}

test_leaves_out_whom_the_parameters_leave_out if {
	access := holding(probes, ["*"], {})
	count(control.deny) == 0 with input.iam.access as access with data.params.judged_principals.exempt as [arn]
	found := control.exclude with input.iam.access as access with data.params.judged_principals.exempt as [arn]
	{exclusion.reason | some exclusion in found} == {"the parameters leave it out"}
}
