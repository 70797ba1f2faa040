package tidewaiter.controls.principal.unlimited_subnets_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_subnets as control

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
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:CreateService and ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:subnet, expected a list of subnets"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_creation_that_may_leave_it_out if {
	found := control.deny with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:subnet": {"binding": "when_present", "one_of": ["subnet-1"]}}})
	count(found) > 0
}

test_allows_a_list if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:subnet": {"binding": "required", "one_of": ["subnet-1"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["subnet-1"]}]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:CreateService", "ecs:UpdateService"], {"keys": {"ecs:subnet": {"binding": "required", "one_of": ["subnet-1"], "tests": [{"effect": "Allow", "operator": "StringEquals", "values": ["subnet-1"]}]}}})
}

test_allows_an_update_that_may_leave_it_out if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:subnet": {"binding": "when_present", "one_of": ["subnet-1"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:UpdateService"], {"keys": {"ecs:subnet": {"binding": "when_present", "one_of": ["subnet-1"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:CreateService or ecs:UpdateService"}
}

test_denies_only_the_creation_that_may_leave_it_out if {
	found := control.deny with input.iam.access as holding(
		["ecs:CreateService", "ecs:UpdateService"],
		{"keys": {"ecs:subnet": {"binding": "when_present", "one_of": ["subnet-1"]}}},
	)
	{violation.evidence.actions | some violation in found} == {["ecs:CreateService"]}
}

test_denies_another_subnet_than_the_parameters_allow if {
	found := control.deny with input.iam.access as holding(
		["ecs:CreateService"],
		{"keys": {"ecs:subnet": {"binding": "required", "one_of": ["subnet-1", "subnet-2"]}}},
	)
		with data.params.allowed_subnets.ids as ["subnet-1"]
	{violation.evidence.fix[0].Condition | some violation in found} == {{"ForAnyValue:StringNotEquals": {"ecs:subnet": [
		"subnet-1",
	]}}}
}
