package tidewaiter.controls.role.unlimited_launch_role_test

import rego.v1

import data.tidewaiter.controls.role.unlimited_launch_role as control

arn := "arn:aws:iam::123456789012:role/nightly"

rule := "arn:aws:events:eu-central-1:123456789012:rule/nightly"

schedule := "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/nightly"

target := {"Id": "1", "Arn": "cluster", "RoleArn": arn, "EcsParameters": {"TaskDefinitionArn": "web"}}

families := "arn:aws:ecs:*:123456789012:task-definition/web:*"

role(pass, run) := {arn: {"RolePolicyList": [{"PolicyDocument": {"Statement": [
	{"Effect": "Allow", "Action": "iam:PassRole", "Resource": pass},
	{"Effect": "Allow", "Action": "ecs:RunTask", "Resource": run},
]}}]}}

estate(roles) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"iam": {"roles": roles},
}

limited := role("arn:aws:iam::123456789012:role/web-task", families)

actions(violations) := {violation.evidence.value | some violation in violations}

test_denies_a_role_that_may_pass_any_role if {
	violations := control.deny with input as estate(role("*", families))
		with input.events.rules as {rule: {"Targets": [target]}}
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"nightly\", with which arn:aws:events:eu-central-1:123456789012:rule/nightly runs tasks,",
			"may pass any role, expected iam:PassRole on named resources alone",
		]),
		"evidence": {
			"path": "RolePolicyList, AttachedManagedPolicies",
			"value": "iam:PassRole",
			"used_by": [rule],
		},
	}}
}

test_denies_a_role_that_may_run_any_task_definition if {
	every run in ["*", "arn:aws:ecs:*:*:task-definition/*"] {
		violations := control.deny with input as estate(role("arn:aws:iam::123456789012:role/web", run))
			with input.scheduler.schedules as {schedule: {"Target": target}}
		actions(violations) == {"ecs:RunTask"}
	}
}

test_allows_a_role_for_named_resources if {
	violations := control.deny with input as estate(limited)
		with input.events.rules as {rule: {"Targets": [target]}}
	excluded := control.exclude with input as estate(limited)
		with input.events.rules as {rule: {"Targets": [target]}}
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_role_that_starts_nothing if {
	violations := control.deny with input as estate(role("*", "*"))
	excluded := control.exclude with input as estate(role("*", "*"))
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "no rule and no schedule runs tasks with the role"}}
}
