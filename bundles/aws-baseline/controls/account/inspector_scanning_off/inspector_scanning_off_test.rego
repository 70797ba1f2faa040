package tidewaiter.controls.account.inspector_scanning_off_test

import rego.v1

import data.tidewaiter.controls.account.inspector_scanning_off as control

arn := "AWS::::Account:123456789012"

estate(statuses) := {"accounts": {arn: {"AccountId": "123456789012"}}, "inspector2": {"account_status": statuses}}

scanning(status) := {"123456789012": {"accountId": "123456789012", "resourceState": {"ecr": {"status": status}}}}

test_denies_scanning_that_is_off if {
	violations := control.deny with input as estate(scanning("DISABLED"))
	violations == {{
		"resource": arn,
		"message": "account 123456789012 has ECR scanning by Amazon Inspector DISABLED, expected ENABLED",
		"evidence": {"path": "accounts[0].resourceState.ecr.status", "value": "DISABLED"},
	}}
}

test_denies_scanning_that_is_not_on_yet if {
	violations := control.deny with input as estate(scanning("ENABLING"))
	count(violations) == 1
}

test_denies_an_account_of_which_inspector_names_no_status if {
	violations := control.deny with input as estate({"123456789012": {"accountId": "123456789012"}})
	count(violations) == 1
}

test_denies_an_account_that_inspector_does_not_know if {
	complete := {"coverage": {"inspector2.account_status": {"status": "complete"}}}
	violations := control.deny with input as object.union(estate({}), complete)
	count(violations) == 1
}

test_allows_scanning_that_is_on if {
	violations := control.deny with input as estate(scanning("ENABLED"))
	count(violations) == 0
}

test_unknown_when_the_status_could_not_be_read if {
	violations := control.deny with input as estate({})
	count(violations) == 0
}
