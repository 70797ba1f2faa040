package lib.resource_policies_test

import rego.v1

import data.lib.resource_policies

own := "123456789012"

foreign := "111122223333"

trusted := {"accounts": {own}, "organizations": set()}

allow(principal) := {"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}

under(operator, key, value) := object.union(allow("*"), {"Condition": {operator: {key: value}}})

who(statement) := {stranger.who |
	some stranger in resource_policies.strangers({"Statement": [statement]}, trusted)
}

test_finds_everybody if {
	who(allow("*")) == {"everybody"}
	who(allow({"AWS": "*"})) == {"everybody"}
	who(allow({"AWS": [own, "*"]})) == {"everybody"}
}

test_finds_everybody_whom_a_statement_does_not_name if {
	who({"Effect": "Allow", "NotPrincipal": {"AWS": foreign}}) == {"everybody whom it does not name"}
}

test_finds_foreign_accounts if {
	who(allow({"AWS": [foreign, own]})) == {"account 111122223333"}
	who(allow({"AWS": "arn:aws:iam::111122223333:role/build"})) == {"account 111122223333"}
	who(allow({"AWS": "arn:aws-us-gov:sts::111122223333:assumed-role/a/b"})) == {"account 111122223333"}
}

test_finds_principals_that_it_does_not_know if {
	who(allow({"AWS": "AIDAEXAMPLE"})) == {"the unknown principal \"AIDAEXAMPLE\""}
	who(allow({"AWS": "arn:aws:iam::*:root"})) == {"the unknown principal \"arn:aws:iam::*:root\""}
	who(allow({"Federated": "accounts.example.com"})) == {"the unknown principal \"accounts.example.com\""}
	who(allow({"Service": "*"})) == {"the unknown principal \"*\""}
	who(allow("everyone")) == {"the unknown principal \"everyone\""}
}

test_finds_a_statement_without_a_list_and_without_an_effect if {
	found := resource_policies.strangers({"Statement": {"Principal": "*"}}, trusted)
	found == {{"index": 0, "statement": {"Principal": "*"}, "who": "everybody"}}
}

test_takes_the_own_account_for_no_stranger if {
	who(allow({"AWS": own})) == set()
	who(allow({"AWS": "arn:aws:iam::123456789012:root"})) == set()
}

test_takes_services_for_no_strangers if {
	who(allow({"Service": ["lambda.amazonaws.com", "codebuild.amazonaws.com.cn"]})) == set()
}

test_takes_a_denial_for_no_way_in if {
	who({"Effect": "Deny", "Principal": "*"}) == set()
}

test_is_limited_by_trusted_accounts if {
	who(under("StringEquals", "aws:PrincipalAccount", own)) == set()
	who(under("StringEquals", "AWS:SourceAccount", [own])) == set()
	who(under("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*")) == set()
}

test_is_limited_by_an_organization if {
	who(under("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")) == set()
	who(under("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", ["o-a1b2c3d4e5/r-ab12/*"])) == set()
}

test_is_limited_by_listed_organizations_alone if {
	policy := {"Statement": [under("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")]}
	listed := object.union(trusted, {"organizations": {"o-zzzzzzzzzz"}})
	count(resource_policies.strangers(policy, listed)) == 1
	this := object.union(trusted, {"organizations": {"o-a1b2c3d4e5"}})
	count(resource_policies.strangers(policy, this)) == 0
}

test_is_limited_by_one_network if {
	who(under("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d")) == set()
	who(under("StringLike", "aws:SourceVpce", "vpce-*")) == {"everybody"}
}

test_is_not_limited_by_foreign_accounts if {
	who(under("StringEquals", "aws:PrincipalAccount", [own, foreign])) == {"everybody"}
	who(under("ArnLike", "aws:SourceArn", "arn:aws:lambda:*:*:function:web")) == {"everybody"}
}

test_is_not_limited_by_what_holds_without_the_key if {
	who(under("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5")) == {"everybody"}
	who(under("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*")) == {"everybody"}
}

test_is_not_limited_by_other_conditions if {
	who(under("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")) == {"everybody"}
	who(under("StringLike", "aws:PrincipalOrgID", "o-*")) == {"everybody"}
	who(under("StringEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5")) == {"everybody"}
	who(under("StringEquals", "aws:PrincipalOrgID", [])) == {"everybody"}
	who(under("StringEquals", "aws:PrincipalOrgID", ["o-a1b2c3d4e5", 5])) == {"everybody"}
	who(object.union(allow("*"), {"Condition": []})) == {"everybody"}
	who(under("Bool", "aws:SecureTransport", "true")) == {"everybody"}
}

test_only_the_source_of_a_request_limits_by_source if {
	trusted := {"accounts": {"111122223333"}, "organizations": set()}
	every condition in [
		{"StringEquals": {"aws:SourceAccount": "111122223333"}},
		{"ArnLike": {"aws:SourceArn": ["arn:aws:ecs:eu-central-1:111122223333:*"]}},
		{"StringEquals": {"aws:SourceOrgID": "o-a1b2c3"}},
	] {
		resource_policies.limited_by_source({"Condition": condition}, trusted)
	}
	every condition in [
		{"StringEquals": {"aws:SourceAccount": ["111122223333", "999999999999"]}},
		{"ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}},
		{"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}},
		{"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
		{"StringEquals": {"aws:SourceAccount": [1]}},
	] {
		not resource_policies.limited_by_source({"Condition": condition}, trusted)
	}
}
