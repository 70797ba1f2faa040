package tidewaiter.controls.principal.unlimited_task_size_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_task_size as control

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
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {})
	{violation.message | some violation in found} == {"role \"deploy\" may call ecs:RegisterTaskDefinition by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:task-cpu, expected a limit in every request", "role \"deploy\" may call ecs:RegisterTaskDefinition by statement \"Deploy\" of policy \"deploy\", where nothing constrains ecs:task-memory, expected a limit in every request"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_limit_for_those_who_name_a_size if {
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": {"binding": "when_present", "one_of": ["256"]}, "ecs:task-memory": {"binding": "required", "one_of": ["512"]}}})
	count(found) > 0
}

test_denies_a_size_that_must_only_be_there if {
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": {"binding": "required", "tests": [{"effect": "Allow", "operator": "Null", "values": ["false"]}]}, "ecs:task-memory": {"binding": "required", "one_of": ["512"]}}})
	count(found) > 0
}

test_denies_a_lower_bound if {
	bound := {"binding": "required", "tests": [{"effect": "Allow", "operator": "NumericGreaterThanEquals", "values": ["256"]}]}
	found := control.deny with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": bound, "ecs:task-memory": bound}})
	count(found) == 2
}

test_allows_what_denies_larger_sizes_and_none if {
	bound := {"binding": "required", "tests": [{"effect": "Deny", "operator": "NumericGreaterThanIfExists", "values": ["4096"]}]}
	access := holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": bound, "ecs:task-memory": bound}})
	count(control.deny) == 0 with input.iam.access as access
	count(control.exclude) == 0 with input.iam.access as access
}

test_allows_both_limits if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": {"binding": "required", "tests": [{"effect": "Allow", "operator": "NumericLessThan", "values": ["4096"]}]}, "ecs:task-memory": {"binding": "required", "one_of": ["512"]}}})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:RegisterTaskDefinition"], {"keys": {"ecs:task-cpu": {"binding": "required", "tests": [{"effect": "Allow", "operator": "NumericLessThan", "values": ["4096"]}]}, "ecs:task-memory": {"binding": "required", "one_of": ["512"]}}})
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ecs:RegisterTaskDefinition"}
}
