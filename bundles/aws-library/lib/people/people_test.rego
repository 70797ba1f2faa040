package lib.people_test

import rego.v1

import data.lib.people

user := "arn:aws:iam::111122223333:user/ada"

role := "arn:aws:iam::111122223333:role/ops"

sso := "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef"

trusting(principal, condition) := {"arn:aws:iam::111122223333:role/ops": {"AssumeRolePolicyDocument": {"Statement": {
	"Effect": "Allow",
	"Action": "sts:AssumeRole",
	"Principal": principal,
	"Condition": condition,
}}}}

test_users_are_people_unless_they_are_machines if {
	people.is_person(user) with input.iam.roles as {}
	people.by_keys(user) with input.iam.roles as {}
	not people.is_person(user) with data.params.people.machines as ["*:user/ad*"]
		with input.iam.roles as {}
}

test_roles_that_name_users_are_of_people if {
	people.by_keys(role) with input.iam.roles as trusting({"AWS": "arn:aws:iam::111122223333:user/ada"}, {})
	people.by_keys(role) with input.iam.roles as trusting({"AWS": ["arn:aws:iam::1:root", "arn:aws:iam::111122223333:user/ada"]}, {})
	not people.is_person(role) with input.iam.roles as trusting({"AWS": "arn:aws:iam::111122223333:root"}, {})
	not people.is_person(role) with input.iam.roles as trusting({"Service": "ecs-tasks.amazonaws.com"}, {})
	not people.is_person(role) with input.iam.roles as {}
}

test_roles_of_the_parameters_are_of_people if {
	people.by_keys(role) with input.iam.roles as trusting({"AWS": "arn:aws:iam::111122223333:root"}, {})
		with data.params.people.roles as ["*:role/ops"]
}

test_federated_roles_are_of_people_without_keys if {
	provider := {"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}
	people.is_person(role) with input.iam.roles as trusting(provider, {})
	not people.by_keys(role) with input.iam.roles as trusting(provider, {})
	people.is_person(sso) with input.iam.roles as {}
	not people.by_keys(sso) with input.iam.roles as {}
	not people.is_person(sso) with data.params.people.machines as ["*"]
		with input.iam.roles as {}
	not people.is_person(role) with input.iam.roles as trusting(
		{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
		{},
	)
}

test_a_role_that_takes_a_second_factor_is_guarded if {
	every condition in [
		{"Bool": {"aws:MultiFactorAuthPresent": "true"}},
		{"Bool": {"aws:MultiFactorAuthPresent": ["true"]}},
		{"Bool": {"aws:MultiFactorAuthPresent": true}},
		{"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
	] {
		not people.by_keys(role) with input.iam.roles as trusting({"AWS": "arn:aws:iam::111122223333:user/ada"}, condition)
	}
	people.by_keys(role) with input.iam.roles as trusting(
		{"AWS": user},
		{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
	)
}

test_a_guarded_role_is_of_people_all_the_same if {
	roles := trusting({"AWS": user}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}})
	people.is_person(role) with input.iam.roles as roles
	not people.is_person(role) with data.params.people.machines as ["*:role/ops"]
		with input.iam.roles as roles
}

test_whom_a_trust_policy_denies_does_not_act_with_the_role if {
	every principal in [{"AWS": user}, {"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}] {
		document := {"Statement": [
			{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": principal},
			{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
		]}
		not people.is_person(role) with input.iam.roles as {role: {"AssumeRolePolicyDocument": document}}
	}
}

test_a_denial_opens_no_way if {
	document := {"Statement": [
		{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"},
		{
			"Effect": "Allow",
			"Action": "sts:AssumeRole",
			"Principal": {"AWS": "arn:aws:iam::111122223333:user/ada"},
			"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
		},
	]}
	not people.by_keys(role) with input.iam.roles as {"arn:aws:iam::111122223333:role/ops": {"AssumeRolePolicyDocument": document}}
}
