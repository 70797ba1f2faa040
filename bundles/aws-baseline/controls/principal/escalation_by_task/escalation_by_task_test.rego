package tidewaiter.controls.principal.escalation_by_task_test

import rego.v1

import data.tidewaiter.controls.principal.escalation_by_task as control

arn := "arn:aws:iam::111122223333:role/deploy"

# A role that tasks can take, with one statement.
task_role(action) := {
	"AssumeRolePolicyDocument": {"Statement": {
		"Effect": "Allow",
		"Principal": {"Service": "ecs-tasks.amazonaws.com"},
		"Action": "sts:AssumeRole",
	}},
	"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": {
		"Effect": "Allow",
		"Action": action,
		"Resource": "*",
	}}}],
	"AttachedManagedPolicies": [],
}

# An account in which a role may call some actions, and pass roles.
estate(actions, resources) := {
	"account": {"id": "111122223333", "partition": "aws"},
	"region": "eu-west-1",
	"iam": {
		"policies": {},
		"roles": {
			"arn:aws:iam::111122223333:role/tasks/admin": task_role("*"),
			"arn:aws:iam::111122223333:role/tasks/web": task_role("s3:GetObject"),
		},
		"access": {arn: {
			"kind": "role",
			"grants": [{
				"policy": "deploy",
				"through": "inline",
				"statement": 0,
				"sid": "Pass",
				"actions": ["iam:PassRole"],
				"resources": resources,
			}],
			"actions": {action: {"grants": [0]} | some action in array.concat(["iam:PassRole"], actions)},
		}},
	},
}

said(actions, resources) := {violation.message | some violation in control.deny with input as estate(actions, resources)}

sentence(how, expected) := sprintf(
	"role \"deploy\" may call ecs:RunTask and iam:PassRole by statement \"Pass\" of policy \"deploy\", where %s, expected %s",
	[how, expected],
)

test_denies_any_role if said(["ecs:RunTask"], ["*"]) == {sentence("* means any role", "named roles")}

test_denies_an_administrator if {
	said(["ecs:RunTask"], ["arn:aws:iam::111122223333:role/tasks/*"]) == {sentence(
		"role \"admin\" may be passed, which may change what others may do",
		"roles without such rights",
	)}
}

test_judges_the_roles_that_are_left_where_some_are_denied if {
	every except, count_of in {"arn:aws:iam::111122223333:role/tasks/admin": 0, "arn:aws:iam::111122223333:role/tasks/web": 1} {
		access := json.patch(estate(["ecs:RunTask"], ["*"]), [{
			"op": "add",
			"path": ["iam", "access", arn, "grants", 0, "except"],
			"value": [except],
		}])
		count(control.deny) == count_of with input as access
		count(control.exclude) == 0 with input as access
	}
}

test_denies_every_way if {
	every actions in [
		["ecs:RegisterTaskDefinition", "ecs:UpdateService"],
		["ecs:RegisterDaemonTaskDefinition", "ecs:CreateDaemon"],
		["ecs:CreateExpressGatewayService"],
	] {
		count(said(actions, ["*"])) == 1
	}
}

test_names_the_ways_that_are_open if {
	found := control.deny with input as estate(["ecs:RunTask", "ecs:StartTask"], ["*"])
	{violation.evidence.ways | some violation in found} == {[
		"run a task with another role",
		"start a task with another role",
	]}
}

test_allows_a_role_without_such_rights if {
	access := estate(["ecs:RunTask"], ["arn:aws:iam::111122223333:role/tasks/web"])
	count(control.deny) == 0 with input as access
	count(control.exclude) == 0 with input as access
}

test_leaves_out_who_has_half_a_way if {
	access := estate(["ecs:UpdateService"], ["*"])
	count(control.deny) == 0 with input as access
	found := control.exclude with input as access
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it to start tasks with roles that it passes"}
}

test_leaves_out_who_passes_no_role if {
	access := object.union(estate(["ecs:RunTask"], []), {"iam": {"access": {arn: {"actions": {"iam:PassRole": {"grants": []}}}}}})
	count(control.deny) == 0 with input as access
	count(control.exclude) == 1 with input as access
}
