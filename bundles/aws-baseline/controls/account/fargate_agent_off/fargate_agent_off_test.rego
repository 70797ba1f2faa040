package tidewaiter.controls.account.fargate_agent_off_test

import rego.v1

import data.tidewaiter.controls.account.fargate_agent_off as control

arn := "AWS::::Account:123456789012"

estate(detectors, status) := {
	"accounts": {arn: {"AccountId": "123456789012"}},
	"guardduty": {"detectors": detectors},
	"coverage": {"guardduty.detectors": {"status": status}},
}

detector(monitoring, agent) := {"d1": {"status": "ENABLED", "features": [{
	"name": "RUNTIME_MONITORING",
	"status": monitoring,
	"additionalConfiguration": [
		{"name": "EC2_AGENT_MANAGEMENT", "status": "ENABLED"},
		{"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": agent},
	],
}]}}

messages(found) := {violation.message | some violation in found}

test_denies_an_agent_that_is_off if {
	violations := control.deny with input as estate(detector("ENABLED", "DISABLED"), "complete")
	messages(violations) == {concat(" ", [
		"account 123456789012 has the automated GuardDuty agent for Fargate DISABLED,",
		"expected ENABLED",
	])}
}

test_denies_an_agent_without_runtime_monitoring if {
	violations := control.deny with input as estate(detector("DISABLED", "ENABLED"), "complete")
	messages(violations) == {"account 123456789012 has GuardDuty Runtime Monitoring DISABLED, expected ENABLED"}
}

test_denies_an_account_without_a_detector if {
	violations := control.deny with input as estate({}, "complete")
	count(violations) == 1
}

test_allows_an_agent_that_is_on if {
	violations := control.deny with input as estate(detector("ENABLED", "ENABLED"), "complete")
	count(violations) == 0
}

test_unknown_when_detectors_could_not_be_listed if {
	violations := control.deny with input as estate({}, "denied")
	count(violations) == 0
}
