package tidewaiter.controls.repository.open_repository_policy_test

import rego.v1

import data.tidewaiter.controls.repository.open_repository_policy as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

estate(statements) := {
	"account": {"id": "123456789012"},
	"ecr": {
		"repositories": {arn: {"repositoryName": "team/web"}},
		"repository_policies": {arn: {"policyText": {"Statement": statements}}},
	},
}

pull(principal) := {"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}

organization(id) := {"Condition": {"StringEquals": {"aws:PrincipalOrgID": id}}}

test_denies_everybody if {
	violations := control.deny with input as estate([pull("*")])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"repository \"team/web\" lets in everybody,",
			"expected trusted accounts or organizations only",
		]),
		"evidence": {"path": "policyText.Statement[0]", "value": pull("*")},
	}}
}

test_denies_another_account if {
	violations := control.deny with input as estate([pull({"AWS": "arn:aws:iam::111122223333:root"})])
	{violation.message | some violation in violations} == {concat(" ", [
		"repository \"team/web\" lets in account 111122223333,",
		"expected trusted accounts or organizations only",
	])}
}

test_denies_whoever_is_not_named if {
	statement := {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "ecr:*"}
	violations := control.deny with input as estate([statement])
	count(violations) == 1
}

test_denies_an_organization_that_is_not_listed if {
	statement := object.union(pull("*"), organization("o-a1b2c3d4e5"))
	violations := control.deny with input as estate([statement])
		with data.params.open_repository_policy.trusted_organizations as ["o-zzzzzzzzzz"]
	count(violations) == 1
}

test_allows_the_own_account_and_services if {
	statements := [pull({"AWS": "arn:aws:iam::123456789012:root"}), pull({"Service": "lambda.amazonaws.com"})]
	violations := control.deny with input as estate(statements)
	count(violations) == 0
}

test_allows_a_trusted_account if {
	violations := control.deny with input as estate([pull({"AWS": "111122223333"})])
		with data.params.open_repository_policy.trusted_accounts as ["111122223333"]
	count(violations) == 0
}

test_allows_everybody_of_an_organization if {
	violations := control.deny with input as estate([object.union(pull("*"), organization("o-a1b2c3d4e5"))])
	count(violations) == 0
}

test_allows_a_repository_without_a_policy if {
	violations := control.deny with input.ecr as {"repositories": {arn: {}}, "repository_policies": {}}
		with input.account.id as "123456789012"
	count(violations) == 0
}
