package tidewaiter.controls.role.assumable_task_role_test

import rego.v1

import data.tidewaiter.controls.role.assumable_task_role as control

arn := "arn:aws:iam::123456789012:role/web-task"

definition := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

tasks := {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}

estate(statements) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"iam": {"roles": {arn: {"AssumeRolePolicyDocument": {"Statement": statements}}}},
	"ecs": {
		"services": {"web": {"taskDefinition": definition}},
		"task_definitions": {definition: {"taskRoleArn": arn}},
	},
}

judged(statements) := violations if violations := control.deny with input as estate(statements)

lets_in(principal) := [tasks, {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]

test_denies_another_service if {
	judged(lets_in({"Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]})) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"web-task\", the task role of family \"web\", may be assumed by",
			"lambda.amazonaws.com (Statement[1] of its trust policy), expected ecs-tasks.amazonaws.com alone",
		]),
		"evidence": {
			"path": "AssumeRolePolicyDocument.Statement[1]",
			"value": ["lambda.amazonaws.com"],
			"statements": ["AssumeRolePolicyDocument.Statement[1]"],
			"used_by": ["family \"web\""],
		},
	}}
}

test_denies_everybody_and_whoever_else_is_named if {
	every who, principal in {
		"everybody": "*",
		"everybody (": {"AWS": "*"},
		"arn:aws:iam::123456789012:root": {"AWS": "arn:aws:iam::123456789012:root"},
		"999999999999": {"AWS": "999999999999"},
		"arn:aws:iam::123456789012:saml-provider/acme": {"Federated": "arn:aws:iam::123456789012:saml-provider/acme"},
	} {
		violations := judged(lets_in(principal))
		count(violations) == 1
		some violation in violations
		contains(violation.message, sprintf("may be assumed by %s", [who]))
	}
}

test_denies_everybody_but_some if {
	violations := judged({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "999999999999"}})
	some violation in violations
	contains(violation.message, `may be assumed by everybody but {"AWS":"999999999999"}`)
}

test_denies_under_a_condition_too if {
	[_, statement] := lets_in({"AWS": "999999999999"})
	limited := object.union(statement, {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}})
	count(judged([tasks, limited])) == 1
}

test_allows_tasks_alone if {
	count(judged(tasks)) == 0
	count(judged([tasks, object.union(tasks, {"Effect": "Deny", "Principal": "*"})])) == 0
}

test_allows_principals_of_the_parameters if {
	every principal in [
		{"AWS": "999999999999"},
		{"AWS": "arn:aws:iam::999999999999:root"},
		{"AWS": "arn:aws:iam::123456789012:role/tester"},
	] {
		violations := control.deny with input as estate(lets_in(principal))
			with data.params.assumable_task_role.principals as ["999999999999", "arn:aws:iam::123456789012:role/tester"]
		count(violations) == 0
	}
}

test_excludes_a_role_that_no_task_has if {
	excluded := control.exclude with input.iam.roles as {arn: {}}
	excluded == {{"resource": arn, "reason": "no task that is configured or runs has it as its task role"}}
}
