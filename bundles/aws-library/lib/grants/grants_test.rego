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
