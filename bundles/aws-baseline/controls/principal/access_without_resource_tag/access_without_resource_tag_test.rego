package tidewaiter.controls.principal.access_without_resource_tag_test

import rego.v1

import data.tidewaiter.controls.principal.access_without_resource_tag as control

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

test_denies_no_tag if {
	found := control.deny with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"aws:ResourceTag/other": {"binding": "required", "one_of": ["a"]}}})
		with data.params.access_by_tags.tag_key as "team"
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where no tag \"team\" of the resource is required, expected it in every request"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_allows_the_tag if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
}

test_allows_the_tag_by_the_key_of_ecs if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
}

test_leaves_out_what_reads if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
		with data.params.access_by_tags.tag_key as "team"
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
		with data.params.access_by_tags.tag_key as "team"
	{exclusion.reason | some exclusion in found} == {"its policies allow it no action of ECS that goes by the tags of resources"}
}

test_leaves_out_what_creates if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateCluster"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
	found := control.exclude with input.iam.access as holding(["ecs:CreateCluster"], {"keys": {"aws:ResourceTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
		with data.params.access_by_tags.tag_key as "team"
	{exclusion.reason | some exclusion in found} == {"its policies allow it no action of ECS that goes by the tags of resources"}
}

test_denies_a_key_that_is_left_open if {
	access := {arn: {
		"kind": "role",
		"grants": [{
			"policy": "deploy",
			"through": "inline",
			"statement": 0,
			"actions": ["ecs:*"],
			"resources": ["*"],
		}],
		"actions": {"ecs:StopTask": {"grants": [0], "not_constrained": ["aws:ResourceTag/${TagKey}"]}},
	}}
	found := control.deny with input.iam.access as access
		with data.params.access_by_tags.tag_key as "team"
	count(found) == 1
}

test_leaves_out_everybody_without_a_tag if {
	access := holding(["ecs:UpdateService"], {})
	count(control.deny) == 0 with input.iam.access as access
	found := control.exclude with input.iam.access as access
	{exclusion.reason | some exclusion in found} == {"no parameter says that access goes by tags"}
}

test_leaves_out_whom_the_parameters_leave_out if {
	found := control.exclude with input.iam.access as holding(["ecs:UpdateService"], {})
		with data.params.access_by_tags.tag_key as "team"
		with data.params.judged_principals.exempt as ["*"]
	{exclusion.resource | some exclusion in found} == {arn}
}
