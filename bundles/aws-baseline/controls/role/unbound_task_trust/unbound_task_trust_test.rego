package tidewaiter.controls.role.unbound_task_trust_test

import rego.v1

import data.tidewaiter.controls.role.unbound_task_trust as control

role(name) := sprintf("arn:aws:iam::123456789012:role/%s", [name])

definition := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

trusts(changes) := object.union(
	{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}},
	changes,
)

bound := {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}

estate(task, execution) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"iam": {"roles": {
		role("task"): {"AssumeRolePolicyDocument": {"Statement": task}},
		role("execution"): {"AssumeRolePolicyDocument": {"Statement": execution}},
	}},
	"ecs": {
		"services": {"web": {"taskDefinition": definition}},
		"task_definitions": {definition: {"taskRoleArn": role("task"), "executionRoleArn": role("execution")}},
	},
}

judged(task) := violations if violations := control.deny with input as estate(task, [])

test_denies_a_trust_without_a_condition if {
	judged(trusts({})) == {{
		"resource": role("task"),
		"message": concat(" ", [
			"role \"task\" of family \"web\" trusts ecs-tasks.amazonaws.com without a condition on whose tasks these are",
			"(Statement[0] of its trust policy), expected aws:SourceAccount or aws:SourceArn of this account",
		]),
		"evidence": {
			"path": "AssumeRolePolicyDocument.Statement[0]",
			"value": null,
			"statements": ["AssumeRolePolicyDocument.Statement[0]"],
			"used_by": ["family \"web\""],
		},
	}}
}

test_denies_a_condition_that_holds_it_to_nobody if {
	every condition in [
		{"StringEquals": {"aws:SourceAccount": "999999999999"}},
		{"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
		{"StringNotEquals": {"aws:SourceAccount": "999999999999"}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}},
		{"StringEquals": {"aws:RequestedRegion": "eu-central-1"}},
	] {
		count(judged([trusts({"Condition": condition})])) == 1
	}
	count(judged([trusts(bound), trusts({})])) == 1
}

test_allows_a_condition_on_the_account if {
	every condition in [
		{"StringEquals": {"aws:SourceAccount": "123456789012"}},
		{"ArnLike": {"AWS:SourceArn": "arn:aws:ecs:eu-central-1:123456789012:*"}},
		{"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}},
	] {
		count(judged([trusts({"Condition": condition})])) == 0
	}
}

test_allows_accounts_and_organizations_that_are_trusted if {
	other := estate([trusts({"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}})], [])
	trusted := control.deny with input as other
		with data.params.unbound_task_trust.trusted_accounts as ["999999999999"]
	count(trusted) == 0
	organization := estate([trusts({"Condition": {"StringEquals": {"aws:SourceOrgID": "o-other"}}})], [])
	untrusted := control.deny with input as organization
		with data.params.unbound_task_trust.trusted_organizations as ["o-a1b2c3d4e5"]
	count(untrusted) == 1
}

test_judges_execution_roles_by_parameter_alone if {
	reasons := {exclusion.resource: exclusion.reason | some exclusion in control.exclude} with input as estate([], [trusts({})])
	reasons == {
		role("task"): "it does not trust ecs-tasks.amazonaws.com",
		role("execution"): "no task that is judged runs with it",
	}
	violations := control.deny with input as estate([trusts(bound)], [trusts({})])
		with data.params.unbound_task_trust.execution_roles as true
	{violation.resource | some violation in violations} == {role("execution")}
}
