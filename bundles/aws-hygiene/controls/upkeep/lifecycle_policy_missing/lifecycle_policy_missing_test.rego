package tidewaiter.controls.upkeep.lifecycle_policy_missing_test

import rego.v1

import data.tidewaiter.controls.upkeep.lifecycle_policy_missing as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

estate(policies, status) := {
	"ecr": {"repositories": {arn: {"repositoryName": "team/web"}}, "lifecycle_policies": policies},
	"coverage": {"ecr.lifecycle_policies": {"status": status}},
}

policy(rules) := {arn: {"repositoryName": "team/web", "lifecyclePolicyText": {"rules": rules}}}

test_denies_a_repository_without_a_policy if {
	violations := control.deny with input as estate({}, "complete")
	violations == {{
		"resource": arn,
		"message": "repository \"team/web\" has no lifecycle policy, expected one",
		"evidence": {"path": "lifecyclePolicyText", "value": null},
	}}
}

test_denies_a_policy_without_rules if {
	violations := control.deny with input as estate(policy([]), "partial")
	{violation.message | some violation in violations} == {concat(" ", [
		"repository \"team/web\" has a lifecycle policy without rules,",
		"expected at least one",
	])}
}

test_allows_a_policy_with_a_rule if {
	violations := control.deny with input as estate(policy([{"rulePriority": 1}]), "complete")
	count(violations) == 0
}

test_unknown_when_policies_could_not_be_read if {
	violations := control.deny with input as estate({}, "partial")
	count(violations) == 0
}
