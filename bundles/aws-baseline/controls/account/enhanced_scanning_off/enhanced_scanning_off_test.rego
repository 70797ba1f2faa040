package tidewaiter.controls.account.enhanced_scanning_off_test

import rego.v1

import data.tidewaiter.controls.account.enhanced_scanning_off as control

arn := "AWS::::Account:123456789012"

repository := {"arn:aws:ecr:eu-central-1:123456789012:repository/web": {"repositoryName": "web"}}

estate(type, repositories, status) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"ecr": {
		"repositories": repositories,
		"registry_scanning": {"123456789012": {"scanningConfiguration": {"scanType": type}}},
	},
	"coverage": {"ecr.repositories": {"status": status}},
}

test_denies_basic_scanning if {
	violations := control.deny with input as estate("BASIC", repository, "complete")
	violations == {{
		"resource": arn,
		"message": "account 123456789012 has a registry with the scan type BASIC, expected ENHANCED",
		"evidence": {"path": "scanningConfiguration.scanType", "value": "BASIC"},
	}}
}

test_denies_a_type_that_is_not_known if {
	violations := control.deny with input as estate("DEEP", repository, "complete")
	count(violations) == 1
}

test_allows_enhanced_scanning if {
	violations := control.deny with input as estate("ENHANCED", repository, "complete")
	excluded := control.exclude with input as estate("ENHANCED", repository, "complete")
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_registry_could_not_be_read if {
	blind := {"accounts": {arn: {"AccountId": "123456789012"}}, "ecr": {"repositories": repository}}
	violations := control.deny with input as blind
	count(violations) == 0
}

test_excludes_an_account_without_repositories if {
	violations := control.deny with input as estate("BASIC", {}, "complete")
	excluded := control.exclude with input as estate("BASIC", {}, "complete")
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the account has no repository in this Region"}}
}

test_excludes_nothing_when_repositories_could_not_be_listed if {
	excluded := control.exclude with input as estate("BASIC", {}, "denied")
	count(excluded) == 0
}
