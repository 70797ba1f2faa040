package lib.grants_test

import rego.v1

import data.lib.grants

role_arn := "arn:aws:iam::123456789012:role/any"

statement(changes) := object.union({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}, changes)

role(statements) := {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": statements}}]}

policies(statements) := {"policy-1": {"PolicyVersionList": [
	{"IsDefaultVersion": false, "Document": {"Statement": []}},
	{"IsDefaultVersion": true, "Document": {"Statement": statements}},
]}}

allowed(statements) if grants.allows(role(statements), "iam:passrole", role_arn)

test_a_statement_grants_what_its_patterns_cover if {
	every changes in [
		{},
		{"Action": ["ecs:RunTask", "iam:Pass*"]},
		{"Action": "*"},
		{"Resource": "arn:aws:iam::123456789012:role/*"},
		{"Resource": ["x", "arn:aws:iam::*:role/an?"]},
		{"Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}},
		{"Condition": {"StringEqualsIfExists": {"iam:ResourceTag/team": "web"}}},
		{"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}},
	] {
		allowed([statement(changes)])
	}
	allowed(statement({}))
}

test_a_statement_grants_nothing_else if {
	every changes in [
		{"Effect": "Deny"},
		{"Action": "iam:GetRole"},
		{"Resource": "arn:aws:iam::123456789012:role/web-*"},
		{"Resource": ["arn:aws:iam::123456789012:role/web", "arn:aws:s3:::b/*"]},
		{"Condition": {"StringEquals": {"iam:ResourceTag/team": "web"}}},
	] {
		not allowed([statement(changes)])
	}
	not allowed([])
}

test_what_is_not_excepted_is_granted if {
	allowed([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}])
	not allowed([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])
	allowed([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:role/admin"}])
	not allowed([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:role/*"}])
}

test_a_denial_takes_the_grant_back_unless_it_has_a_condition if {
	not allowed([statement({}), statement({"Effect": "Deny"})])
	allowed([statement({}), statement({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})])
	allowed([statement({}), statement({"Effect": "Deny", "Resource": "arn:aws:iam::*:role/admin"})])
}

test_attached_policies_count_in_their_default_version if {
	attached := {"AttachedManagedPolicies": [{"PolicyArn": "policy-1"}]}
	grants.allows(attached, "iam:passrole", role_arn) with input.iam.policies as policies([statement({})])
	not grants.allows(attached, "iam:passrole", role_arn) with input.iam.policies as policies([])
}

test_a_boundary_limits_the_grant if {
	bounded := object.union(role([statement({})]), {"PermissionsBoundary": {"PermissionsBoundaryArn": "policy-1"}})
	grants.allows(bounded, "iam:passrole", role_arn) with input.iam.policies as policies([statement({})])
	not grants.allows(bounded, "iam:passrole", role_arn)
		with input.iam.policies as policies([statement({"Action": "ecs:*"})])
	not grants.allows(bounded, "iam:passrole", role_arn) with input.iam.policies as {}
}

test_a_grant_is_told_by_its_place if {
	inline := object.union(role(statement({"Sid": "Pass"})), {"AttachedManagedPolicies": [{"PolicyArn": "policy-1"}]})
	found := grants.granting(grants.of(inline), "iam:passrole", role_arn)
		with input.iam.policies as policies([statement({"Action": "s3:*"}), statement({})])
	[[grants.place(granted), grants.path(granted), granted.policy.arn] | some granted in found] == [
		["statement \"Pass\" of policy \"p\"", "RolePolicyList[?PolicyName=='p'].PolicyDocument.Statement[0]", null],
		["Statement[1] of policy \"policy-1\"", "AttachedManagedPolicies[?PolicyArn=='policy-1'].Statement[1]", "policy-1"],
	]
}

here := {"account": {"id": "123456789012", "partition": "aws"}, "region": "eu-central-1"}

reads_all(changes, kind) if {
	rights := grants.of(role([statement(object.union({"Action": "*"}, changes))])) with input as here
	count(grants.granting_all(rights, "any:action", kind)) == 1 with input as here
}

test_a_grant_on_everything_of_a_kind_is_told_from_a_named_one if {
	every resource in [
		"*",
		"arn:aws:secretsmanager:*:*:secret:*",
		"arn:aws:secretsmanager:us-east-1:123456789012:secret:*",
		"arn:aws:secretsmanager:eu-central-1:999999999999:secret:*-??????",
		["x", "arn:aws:*"],
	] {
		reads_all({"Resource": resource}, "secretsmanager:secret:")
	}
	every resource in ["arn:aws:secretsmanager:*:*:secret:prod/*", "arn:aws:s3:::*", {"Ref": "Secret"}, []] {
		not reads_all({"Resource": resource}, "secretsmanager:secret:")
	}
	reads_all({"Resource": "arn:aws:iam::123456789012:role/*"}, "iam:role/")
	not reads_all({"Resource": "arn:aws:iam::123456789012:role/web-*"}, "iam:role/")
	not reads_all({"Condition": {"StringEquals": {"aws:ResourceTag/team": "web"}}}, "iam:role/")
}

test_what_is_denied_is_not_granted_on_everything if {
	rights := grants.of(role([statement({}), statement({"Effect": "Deny", "Action": "iam:*"})])) with input as here
	count(grants.granting_all(rights, "iam:passrole", "iam:role/")) == 0 with input as here
}

test_each_pattern_has_an_example if {
	grants.examples({"Resource": ["arn:aws:s3:::b/*", "x?"]}) == {"arn:aws:s3:::b/any", "xa"}
	grants.examples({"NotResource": "x"}) == {"arn:any:any:any:any:any"}
	grants.resources({"Resource": ["a", "b"]}) == "a, b"
	grants.resources({"NotResource": "a"}) == "everything but a"
}

entry(index) := {"statement": {}, "index": index, "policy": {"name": "p", "path": "x", "arn": null}}

test_grants_are_named_and_shown if {
	found := [
		{"entry": entry(0), "action": "s3:*", "resource": "*"},
		{"entry": entry(1), "action": "kms:*", "resource": "a, b"},
		{"entry": entry(1), "action": "sqs:*", "resource": "a, b"},
	]
	grants.named(found) == concat(" and ", [
		"kms:* and sqs:* on a, b (Statement[1] of policy \"p\")",
		"s3:* on * (Statement[0] of policy \"p\")",
	])
	grants.evidence_of(found, {"web"}) == {
		"path": "x.Statement[0]",
		"value": ["kms:*", "s3:*", "sqs:*"],
		"statements": ["x.Statement[0]", "x.Statement[1]"],
		"used_by": ["web"],
	}
}

unread := object.union(
	{"AttachedManagedPolicies": [{"PolicyArn": "policy-1"}, {"PolicyArn": "policy/two"}]},
	{"PermissionsBoundary": {"PermissionsBoundaryArn": "policy/three"}},
)

test_a_policy_that_is_nowhere_is_unseen if {
	document := {
		"iam": {"policies": policies([]), "roles": {"role/web": unread}},
		"coverage": {"iam.policies": {"status": "complete"}},
	}
	grants.unseen(unread) == {"policy/two", "policy/three"} with input as document
	violation := grants.unseen_violation("role/web", "the task role", {"family \"web\""}) with input as document
	violation.message == concat(" ", [
		"role \"web\", the task role of family \"web\", has policy \"policy/three\",",
		"which is not among the policies of IAM, expected one that can be read",
	])
	violation.evidence.value == ["policy/three", "policy/two"]
}

test_nothing_is_unseen_while_policies_were_not_all_read if {
	document := {"iam": {"policies": {}}, "coverage": {"iam.policies": {"status": "denied"}}}
	count(grants.unseen(unread)) == 0 with input as document
	count(grants.unseen({"AttachedManagedPolicies": []})) == 0 with input as document
}

test_few_statements_are_about_some_actions if {
	statements := [
		statement({"Action": "iam:PassRole"}),
		statement({"Action": ["s3:GetObject", "IAM:Pass*"]}),
		statement({"Action": "*"}),
		{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
		statement({"Action": ["s3:iam:*", "s3:*", "ecs:RunTask"]}),
		statement({"Effect": "Deny"}),
	]
	rights := grants.among(grants.of(role(statements)), {"iam", "sts"})
	[grants.path(allowing) | some allowing in rights.allowing] == [path |
		some index in numbers.range(0, 3)
		path := sprintf("RolePolicyList[?PolicyName=='p'].PolicyDocument.Statement[%d]", [index])
	]
	count(rights.own) == 6
}

test_fewer_statements_are_about_named_actions if {
	statements := [
		statement({"Action": ["s3:GetObject", "IAM:PassRole"]}),
		statement({"Action": "iam:Pass*"}),
		{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
		statement({"Action": ["iam:Get*", "iam:PassRoles"]}),
	]
	rights := grants.about(grants.of(role(statements)), {"iam:passrole", "ecs:runtask"})
	count(rights.allowing) == 3
}
