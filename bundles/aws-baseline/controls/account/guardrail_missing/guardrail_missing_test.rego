package tidewaiter.controls.account.guardrail_missing_test

import rego.v1

import data.tidewaiter.controls.account.guardrail_missing as control

grant := {"policy": "deploy", "statement": 0, "actions": ["ecs:*"], "resources": ["*"]}

limited := object.union(grant, {"keys": {"ecs:privileged": {"binding": "when_present", "none_of": ["true"]}}})

# An account in which one role may register task definitions, under a service control policy with these statements.
estate(one, open, statements) := {
	"accounts": {"111122223333": {}},
	"coverage": {"organizations.service_control_policies": {"status": "complete"}},
	"iam": {"access": {"arn:aws:iam::111122223333:role/deploy": {
		"kind": "role",
		"grants": [one],
		"actions": {"ecs:RegisterTaskDefinition": {"grants": [0], "not_constrained": open}},
	}}},
	"organizations": {"service_control_policies": {"r-1": {"Policies": [{"Content": {"Statement": statements}}]}}},
}

denial := {
	"Effect": "Deny",
	"Action": "ecs:RegisterTaskDefinition",
	"Resource": "*",
	"Condition": {"StringEquals": {"ECS:Privileged": "true"}},
}

test_denies_a_key_that_nothing_limits if {
	found := control.deny with input as estate(grant, ["ecs:privileged", "ecs:task-cpu"], [])
	{violation.message | some violation in found} == {concat("", [
		"no service control policy limits ecs:privileged, and role \"deploy\" can call ecs:RegisterTaskDefinition ",
		"without any limit on it, expected one",
	])}
}

test_denies_past_a_policy_that_allows if {
	found := control.deny with input as estate(grant, ["ecs:privileged"], [object.union(denial, {"Effect": "Allow"})])
	count(found) == 1
}

test_allows_a_denial_of_the_organization if {
	document := estate(grant, ["ecs:privileged"], denial)
	count(control.deny) == 0 with input as document
	count(control.exclude) == 0 with input as document
}

test_allows_where_everybody_is_limited if {
	document := estate(limited, [], [])
	count(control.deny) == 0 with input as document
	count(control.exclude) == 0 with input as document
}

test_says_nothing_of_policies_that_were_not_seen if {
	unseen := {"coverage": {"organizations.service_control_policies": {"status": "denied"}}}
	count(control.deny) == 0 with input as object.union(estate(grant, ["ecs:privileged"], []), unseen)
}

test_leaves_out_an_account_without_callers if {
	document := estate(grant, [], [])
	count(control.deny) == 0 with input as document
	found := control.exclude with input as document
	{exclusion.reason | some exclusion in found} == {"nobody may call an action that carries one of the keys"}
}

test_judges_the_keys_of_the_parameters if {
	found := control.deny with input as estate(grant, ["ecs:privileged", "ecs:task-cpu"], [])
		with data.params.guardrail_missing.keys as ["ecs:task-cpu"]
	{violation.evidence.value | some violation in found} == {["arn:aws:iam::111122223333:role/deploy"]}
}
