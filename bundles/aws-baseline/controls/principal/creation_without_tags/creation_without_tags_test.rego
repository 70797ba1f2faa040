package tidewaiter.controls.principal.creation_without_tags_test

import rego.v1

import data.tidewaiter.controls.principal.creation_without_tags as control

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

test_denies_no_tags if {
	found := control.deny with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:CreateCluster and ecs:CreateService by statement \"Deploy\" of policy \"deploy\", where a request need not carry aws:RequestTag/KEY, expected it in every request"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_tags_that_may_be_missing if {
	found := control.deny with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {"keys": {"aws:RequestTag/team": {"binding": "when_present", "one_of": ["a"]}}})
	count(found) > 0
}

test_allows_a_tag if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {"keys": {"aws:RequestTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {"keys": {"aws:RequestTag/team": {"binding": "required", "one_of": ["a"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["a"]}]}}})
}

test_allows_keys_of_tags if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {"keys": {"aws:TagKeys": {"binding": "required", "one_of": ["team"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateCluster", "ecs:CreateService"], {"keys": {"aws:TagKeys": {"binding": "required", "one_of": ["team"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:CreateCluster or ecs:CreateService"}
}

test_denies_each_key_of_the_parameters_that_is_missing if {
	found := control.deny with input.iam.access as holding(
		["ecs:CreateCluster"],
		{"keys": {"aws:RequestTag/team": {"binding": "required"}}},
	)
		with data.params.required_tags.keys as ["team", "cost"]
	{violation.evidence.fix[0].Condition | some violation in found} == {{"Null": {"aws:RequestTag/cost": "true"}}}
}
