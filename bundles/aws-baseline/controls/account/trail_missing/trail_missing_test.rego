package tidewaiter.controls.account.trail_missing_test

import rego.v1

import data.tidewaiter.controls.account.trail_missing as control

arn := "AWS::::Account:123456789012"

name := "arn:aws:cloudtrail:eu-central-1:123456789012:trail/main"

complete := {"cloudtrail.trails": {"status": "complete"}, "cloudtrail.trail_status": {"status": "complete"}}

partial := {"cloudtrail.trails": {"status": "complete"}, "cloudtrail.trail_status": {"status": "partial"}}

estate(trails, logs, coverage) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"cloudtrail": {
		"trails": trails,
		"trail_status": {key: {"IsLogging": logs} | some key, _ in trails},
	},
	"coverage": coverage,
}

trail(multi_region, validates) := {name: {
	"Name": "main",
	"IsMultiRegionTrail": multi_region,
	"LogFileValidationEnabled": validates,
}}

messages(found) := {violation.message | some violation in found}

expected := "expected a trail of all Regions that logs and validates its files"

test_denies_an_account_without_a_trail if {
	violations := control.deny with input as estate({}, true, complete)
	violations == {{
		"resource": arn,
		"message": concat(" ", ["account 123456789012 has no trail,", expected]),
		"evidence": {"path": "trailList", "value": []},
	}}
}

test_denies_a_trail_that_does_not_log if {
	violations := control.deny with input as estate(trail(true, true), false, complete)
	messages(violations) == {concat(" ", ["account 123456789012 has trail \"main\", which does not log,", expected])}
}

test_denies_a_trail_of_one_region_that_does_not_validate if {
	violations := control.deny with input as estate(trail(false, false), true, complete)
	messages(violations) == {concat(" ", [
		"account 123456789012 has trail \"main\", which covers one Region, does not validate its files,",
		expected,
	])}
}

test_denies_two_trails_of_which_neither_is_enough if {
	other := {"arn:aws:cloudtrail:eu-central-1:123456789012:trail/other": {"IsMultiRegionTrail": true}}
	violations := control.deny with input as estate(object.union(trail(false, true), other), true, complete)
	some violation in violations
	contains(violation.message, " and trail ")
}

test_denies_a_trail_whose_status_is_gone if {
	without := object.union(estate({}, true, complete), {"cloudtrail": {"trails": trail(true, true)}})
	violations := control.deny with input as without
	count(violations) == 1
}

test_allows_a_trail_of_all_regions_that_logs_and_validates if {
	violations := control.deny with input as estate(trail(true, true), true, complete)
	count(violations) == 0
}

test_unknown_when_a_status_could_not_be_read if {
	violations := control.deny with input as estate(trail(true, false), false, partial)
	count(violations) == 0
}
