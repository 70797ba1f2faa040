package tidewaiter.controls.account.runtime_monitoring_off_test

import rego.v1

import data.tidewaiter.controls.account.runtime_monitoring_off as control

arn := "AWS::::Account:123456789012"

estate(detectors, status) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"guardduty": {"detectors": detectors},
	"coverage": {"guardduty.detectors": {"status": status}},
}

detector(feature) := {"d1": {"status": "ENABLED", "features": [feature]}}

test_denies_a_feature_that_is_off if {
	off := detector({"name": "RUNTIME_MONITORING", "status": "DISABLED"})
	violations := control.deny with input as estate(off, "complete")
	violations == {{
		"resource": arn,
		"message": "account 123456789012 has GuardDuty Runtime Monitoring DISABLED, expected ENABLED",
		"evidence": {"path": "Features[?Name=='RUNTIME_MONITORING'].Status", "value": "DISABLED"},
	}}
}

test_denies_monitoring_of_eks_alone if {
	eks := detector({"name": "EKS_RUNTIME_MONITORING", "status": "ENABLED"})
	violations := control.deny with input as estate(eks, "complete")
	count(violations) == 1
}

test_denies_an_account_without_a_detector if {
	violations := control.deny with input as estate({}, "complete")
	{violation.message | some violation in violations} == {concat(" ", [
		"account 123456789012 has no GuardDuty detector in this Region,",
		"expected one",
	])}
}

test_allows_a_feature_that_is_on if {
	on := detector({"name": "RUNTIME_MONITORING", "status": "ENABLED"})
	violations := control.deny with input as estate(on, "complete")
	count(violations) == 0
}

test_unknown_when_detectors_could_not_be_listed if {
	violations := control.deny with input as estate({}, "denied")
	count(violations) == 0
}
