package tidewaiter.controls.role.task_role_escalation_test

import rego.v1

import data.tidewaiter.controls.role.task_role_escalation as control

arn := "arn:aws:iam::123456789012:role/web-task"

own_policy := "arn:aws:iam::123456789012:policy/web"

definition := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(role) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"iam": {"roles": {arn: role}, "policies": {own_policy: {"PolicyVersionList": []}}},
	"ecs": {
		"services": {"web": {"taskDefinition": definition}},
		"task_definitions": {definition: {"taskRoleArn": arn}},
	},
}

statement(action, resource) := {"Effect": "Allow", "Action": action, "Resource": resource}

role(statements) := {
	"RolePolicyList": [{"PolicyName": "access", "PolicyDocument": {"Statement": statements}}],
	"AttachedManagedPolicies": [{"PolicyArn": own_policy}, {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
}

judged(statements) := violations if violations := control.deny with input as estate(role(statements))

ways(statements) := {way | some violation in judged(statements); some way in violation.evidence.value}

pass(changes) := object.union(statement("iam:PassRole", "*"), changes)

run := statement("ecs:RunTask", "arn:aws:ecs:*:*:task-definition/batch:*")

test_denies_writing_policies_of_any_role if {
	judged([statement(["s3:GetObject", "iam:PutRolePolicy"], "*")]) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"web-task\", the task role of family \"web\", can gain further rights by",
			"PutRolePolicy (iam:PutRolePolicy), which Statement[0] of policy \"access\" allows, expected no such way",
		]),
		"evidence": {
			"path": "RolePolicyList[?PolicyName=='access'].PolicyDocument.Statement[0]",
			"value": ["PutRolePolicy"],
			"statements": ["RolePolicyList[?PolicyName=='access'].PolicyDocument.Statement[0]"],
			"used_by": ["family \"web\""],
		},
	}}
}

test_denies_actions_on_the_role_itself_and_its_policies if {
	ways([statement("iam:AttachRolePolicy", arn)]) == {"AttachRolePolicy"}
	ways([statement("iam:CreatePolicyVersion", own_policy)]) == {"CreatePolicyVersion"}
	ways([statement("iam:*", "arn:aws:iam::123456789012:user/*")]) == {
		"AttachUserPolicy",
		"CreateAccessKey",
		"CreateLoginProfile",
		"PutUserPolicy",
		"UpdateLoginProfile",
	}
}

test_denies_passing_any_role_to_what_it_starts if {
	ways([pass({}), run]) == {"PassRoleInTaskOverride"}
	to_tasks := {"Condition": {"StringLike": {"iam:PassedToService": "ecs-tasks.*"}}}
	ways([pass(to_tasks), run]) == {"PassRoleInTaskOverride"}
	ways([pass({}), statement(["lambda:CreateFunction", "lambda:Invoke*"], "*")]) == {"PassRoleToNewFunction"}
	violations := judged([pass({}), run])
	some violation in violations
	contains(violation.message, "PassRoleInTaskOverride (iam:PassRole, ecs:RunTask), which Statement[0] of")
	count(violation.evidence.statements) == 2
}

test_denies_a_policy_that_is_nowhere if {
	document := estate({"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/lost"}]})
	violations := control.deny with input as document
		with input.coverage as {"iam.policies": {"status": "complete"}}
	count(violations) == 1
}

test_allows_half_a_way if {
	count(judged([pass({})])) == 0
	count(judged([run])) == 0
	count(judged([pass({}), statement("lambda:CreateFunction", "*")])) == 0
}

test_allows_passing_named_roles_or_to_other_services if {
	named := pass({"Resource": "arn:aws:iam::123456789012:role/batch-*"})
	count(judged([named, run])) == 0
	elsewhere := pass({"Condition": {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com"]}}})
	count(judged([elsewhere, run])) == 0
}

test_allows_what_is_named_confined_or_denied if {
	every statements in [
		[statement("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/other")],
		[statement("iam:CreatePolicyVersion", "arn:aws:iam::123456789012:policy/other")],
		[statement("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess")],
		[statement("iam:PutRolePolicy", "*"), {"Effect": "Deny", "Action": "iam:Put*", "Resource": "*"}],
		[pass({}), run, {"Effect": "Deny", "Action": "ecs:RunTask", "Resource": "*"}],
		[],
	] {
		count(judged(statements)) == 0
	}
	boundary := {"Condition": {"StringEquals": {"iam:PermissionsBoundary": own_policy}}}
	count(judged([object.union(statement("iam:PutRolePolicy", "*"), boundary)])) == 0
}

test_allows_accepted_ways if {
	violations := control.deny with input as estate(role([statement("ecs:ExecuteCommand", "*")]))
		with data.params.task_role_escalation.accepted as ["ExecuteCommandInAnyTask"]
	count(violations) == 0
	ways([statement("ecs:ExecuteCommand", "*")]) == {"ExecuteCommandInAnyTask"}
}

test_excludes_a_role_that_no_task_has if {
	excluded := control.exclude with input.iam.roles as {arn: {}}
	excluded == {{"resource": arn, "reason": "no task that is configured or runs has it as its task role"}}
}
