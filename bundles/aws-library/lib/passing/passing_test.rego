package lib.passing_test

import rego.v1

import data.lib.passing

account := {"id": "111122223333", "partition": "aws"}

principal(grant) := {
	"grants": [object.union({"policy": "p", "statement": 0, "actions": ["iam:PassRole"], "resources": ["*"]}, grant)],
	"actions": {"iam:PassRole": {"grants": [0]}},
}

service(body) := {"keys": {"iam:PassedToService": body}}

test_statements_for_other_services_are_not_for_tasks if {
	every body in [
		{"binding": "required", "one_of": ["lambda.amazonaws.com", "ec2.*"]},
		{"binding": "when_present", "none_of": ["ecs*"]},
	] {
		passing.to_tasks(principal(service(body))) == []
	}
	every body in [
		{"binding": "required", "one_of": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]},
		{"binding": "required", "one_of": ["*.amazonaws.com"]},
		{"binding": "required"},
		{"binding": "when_present", "one_of": ["lambda.amazonaws.com"]},
		{"binding": "unknown"},
	] {
		count(passing.to_tasks(principal(service(body)))) == 1
	}
}

test_a_pattern_that_means_any_role_is_unnamed if {
	found := passing.unnamed({"resources": [
		"*",
		"arn:aws:iam::*:role/*",
		"arn:aws:iam::111122223333:role/*/*",
		"arn:aws:iam::111122223333:role/web-*",
		"arn:aws:iam::444455556666:role/*",
	]}) with input.account as account
	found == {"*", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/*/*"}
}

test_a_grant_is_for_any_role_unless_some_are_excepted if {
	passing.is_for_any({"resources": ["*"]}) with input.account as account
	not passing.is_for_any({"resources": ["*"], "except": ["arn:aws:iam::111122223333:role/admin"]}) with input.account as account
	not passing.is_for_any({"resources": ["arn:aws:iam::111122223333:role/web"]}) with input.account as account
}

test_a_role_is_passable_that_is_meant_and_not_excepted if {
	grant := {"resources": ["arn:aws:iam::1:role/a*"], "except": ["arn:aws:iam::1:role/ab"]}
	passing.is_passable(grant, "arn:aws:iam::1:role/a")
	not passing.is_passable(grant, "arn:aws:iam::1:role/ab")
	not passing.is_passable(grant, "arn:aws:iam::1:role/b")
	passing.is_passable({"resources": ["*"]}, "arn:aws:iam::1:role/b")
}

test_the_statement_that_names_roles_is_of_the_account if {
	statement := passing.named_roles with input.account as account
	statement.Resource == "arn:aws:iam::111122223333:role/PATH/*"
}
