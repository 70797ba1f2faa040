package tidewaiter.controls.role.execution_role_reads_all_secrets_test

import rego.v1

import data.tidewaiter.controls.role.execution_role_reads_all_secrets as control

arn := "arn:aws:iam::123456789012:role/ecs-execution"

definition := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(role) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"iam": {"roles": {arn: role}, "policies": {}},
	"ecs": {
		"services": {"web": {"taskDefinition": definition}},
		"task_definitions": {definition: {"executionRoleArn": arn}},
	},
}

statement(action, resource) := {"Effect": "Allow", "Action": action, "Resource": resource}

role(statements) := {"RolePolicyList": [{"PolicyName": "read", "PolicyDocument": {"Statement": statements}}]}

judged(statements) := violations if violations := control.deny with input as estate(role(statements))

found(statements) := {value | some violation in judged(statements); some value in violation.evidence.value}

test_denies_reading_every_secret if {
	judged(statement("secretsmanager:GetSecretValue", "*")) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"ecs-execution\", the task execution role of family \"web\", allows secretsmanager:GetSecretValue on *",
			"(Statement[0] of policy \"read\"), expected the secrets of its tasks alone",
		]),
		"evidence": {
			"path": "RolePolicyList[?PolicyName=='read'].PolicyDocument.Statement[0]",
			"value": ["secretsmanager:GetSecretValue"],
			"statements": ["RolePolicyList[?PolicyName=='read'].PolicyDocument.Statement[0]"],
			"used_by": ["family \"web\""],
		},
	}}
}

test_denies_patterns_that_every_name_matches if {
	found([statement("ssm:GetParameters", "arn:aws:ssm:*:*:parameter/*")]) == {"ssm:GetParameters"}
	found([statement(["ssm:GetParameter*"], "arn:aws:ssm:eu-west-1:999999999999:parameter/*")]) == {
		"ssm:GetParameter",
		"ssm:GetParameterHistory",
		"ssm:GetParameters",
		"ssm:GetParametersByPath",
	}
	found([statement("kms:*", "arn:aws:kms:*:123456789012:key/*")]) == {"kms:Decrypt"}
	found([{"Effect": "Allow", "NotAction": ["kms:*", "ssm:*"], "Resource": "*"}]) == {"secretsmanager:GetSecretValue"}
}

test_denies_a_condition_that_confines_nothing if {
	changes := {"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}
	found([object.union(statement("secretsmanager:*", "*"), changes)]) == {"secretsmanager:GetSecretValue"}
}

test_denies_a_policy_that_is_nowhere if {
	attached := {"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/lost"}]}
	violations := control.deny with input as estate(attached)
		with input.coverage as {"iam.policies": {"status": "complete"}}
	count(violations) == 1
}

test_allows_the_secrets_of_an_application if {
	every resource in [
		"arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/*",
		"arn:aws:ssm:eu-central-1:123456789012:parameter/app/*",
		"arn:aws:kms:eu-central-1:123456789012:key/0a1b",
	] {
		count(judged([statement("*", resource)])) == 0
	}
	count(judged([statement(["logs:PutLogEvents", "ecr:BatchGetImage"], "*")])) == 0
}

test_allows_what_a_condition_confines if {
	every condition in [
		{"StringEquals": {"secretsmanager:ResourceTag/team": "web"}},
		{"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}},
	] {
		confined := object.union(statement(["kms:Decrypt", "secretsmanager:GetSecretValue"], "*"), {"Condition": condition})
		count(judged([confined])) == 0
	}
}

test_excludes_a_role_that_is_no_execution_role if {
	excluded := control.exclude with input.iam.roles as {arn: {}}
	excluded == {{
		"resource": arn,
		"reason": "no task that is configured or runs has it as its task execution role",
	}}
}
