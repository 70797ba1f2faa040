package tidewaiter.controls.role.unlimited_task_role_test

import rego.v1

import data.tidewaiter.controls.role.unlimited_task_role as control

arn := "arn:aws:iam::123456789012:role/web-task"

definition := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(role) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"iam": {"roles": {arn: role}, "policies": {}},
	"ecs": {
		"services": {"web": {"taskDefinition": definition}},
		"task_definitions": {definition: {"taskRoleArn": arn}},
	},
}

allows(changes) := object.union({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, changes)

role(statements) := {"RolePolicyList": [{"PolicyName": "access", "PolicyDocument": {"Statement": statements}}]}

judged(statements) := violations if violations := control.deny with input as estate(role(statements))

values(violations) := {value | some violation in violations; some value in violation.evidence.value}

test_denies_a_task_role_with_all_actions_of_a_service if {
	judged(allows({"Sid": "Files"})) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"web-task\", the task role of family \"web\",",
			"allows s3:* on * (statement \"Files\" of policy \"access\"), expected named actions",
		]),
		"evidence": {
			"path": "RolePolicyList[?PolicyName=='access'].PolicyDocument.Statement[0]",
			"value": ["s3:*"],
			"statements": ["RolePolicyList[?PolicyName=='access'].PolicyDocument.Statement[0]"],
			"used_by": ["family \"web\""],
		},
	}}
}

test_denies_whatever_names_no_action if {
	every action in ["*", "*:*", "S3:*", "s3:?*", ["s3:GetObject", "sqs:**"]] {
		count(judged([allows({"Action": action})])) == 1
	}
	values(judged([{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}])) == {"everything but iam:*, sts:*"}
	values(judged([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::x"}])) == {"s3:*"}
}

test_denies_all_actions_under_a_condition_and_on_named_resources if {
	count(judged([allows({"Condition": {"StringEquals": {"aws:ResourceTag/team": "web"}}})])) == 1
	count(judged([allows({"Resource": "arn:aws:s3:::web/*"})])) == 1
}

test_denies_decrypting_with_every_key if {
	every action in ["kms:Decrypt", "kms:ReEncrypt*", "kms:D*"] {
		count(judged([allows({"Action": action})])) == 1
	}
	values(judged([allows({"Action": "kms:*"})])) == {"kms:*"}
	values(judged([allows({"Action": ["s3:*", "kms:Decrypt"]})])) == {"kms:Decrypt", "s3:*"}
}

within(boundary) := violations if {
	policy := "arn:aws:iam::123456789012:policy/boundary"
	document := estate(object.union(
		role([allows({"Action": "*"})]),
		{"PermissionsBoundary": {"PermissionsBoundaryArn": policy}},
	))
	policies := {policy: {"PolicyVersionList": [{"IsDefaultVersion": true, "Document": {"Statement": boundary}}]}}
	violations := control.deny with input as document with input.iam.policies as policies
}

test_denies_the_services_that_a_boundary_leaves if {
	count(within([allows({"Action": ["s3:*", "sqs:SendMessage"]})])) == 1
	count(within([allows({"Action": ["s3:Get*", "sqs:SendMessage"]})])) == 0
	count(within([allows({}), allows({"Effect": "Deny", "Action": "s3:*"})])) == 0
}

test_denies_a_policy_that_is_nowhere if {
	attached := {"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/lost"}]}
	violations := control.deny with input as estate(attached)
		with input.coverage as {"iam.policies": {"status": "complete"}}
	values(violations) == {"arn:aws:iam::123456789012:policy/lost"}
}

test_allows_named_actions if {
	every action in ["s3:Get*", "s3:G?tObject", ["s3:GetObject"], "s3"] {
		count(judged([allows({"Action": action})])) == 0
	}
	count(judged([allows({"Effect": "Deny"})])) == 0
	count(judged([])) == 0
}

test_allows_decrypting_with_some_keys if {
	key := "arn:aws:kms:eu-central-1:123456789012:key/0a1b"
	count(judged([allows({"Action": "kms:Decrypt", "Resource": key})])) == 0
	via := {"StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}}
	count(judged([allows({"Action": "kms:Decrypt", "Condition": via})])) == 0
}

test_allows_what_is_taken_back if {
	count(judged([allows({}), {"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"}])) == 0
	count(judged([allows({}), allows({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})])) == 1
	count(judged([allows({"Action": "*"}), allows({"Effect": "Deny", "Action": "iam:*"})])) == 1
}

test_allows_what_the_parameters_accept if {
	violations := control.deny with input as estate(role([allows({})]))
		with data.params.unlimited_task_role.allowed_services as ["s3"]
	count(violations) == 0
	named := control.deny with input as estate(role([allows({"Resource": "arn:aws:s3:::web/*"})]))
		with data.params.unlimited_task_role.accept_named_resources as true
	count(named) == 0
	unnamed := control.deny with input as estate(role([allows({"Resource": ["x", "*"]})]))
		with data.params.unlimited_task_role.accept_named_resources as true
	count(unnamed) == 1
}

test_excludes_a_role_that_no_task_has if {
	excluded := control.exclude with input.iam.roles as {arn: role([allows({})])}
	excluded == {{"resource": arn, "reason": "no task that is configured or runs has it as its task role"}}
}
