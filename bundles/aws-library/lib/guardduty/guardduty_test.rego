package lib.guardduty_test

import rego.v1

import data.lib.guardduty

complete := {"guardduty.detectors": {"status": "complete"}}

denied := {"guardduty.detectors": {"status": "denied"}}

agent(status) := [{"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": status}]

feature(status, more) := {"name": "RUNTIME_MONITORING", "status": status, "additionalConfiguration": more}

detector(status, features) := {"d1": {"status": status, "features": features}}

clauses(problems) := {problem.clause | some problem in problems}

test_runtime_monitoring_is_on_when_detector_and_feature_are if {
	detectors := detector("ENABLED", [feature("ENABLED", agent("ENABLED"))])
	guardduty.runtime_monitoring_on with input.guardduty.detectors as detectors
	problems := guardduty.fargate_agent_off with input.guardduty.detectors as detectors
	count(problems) == 0
}

test_nothing_is_on_when_the_detector_is_suspended if {
	detectors := detector("DISABLED", [feature("ENABLED", agent("ENABLED"))])
	not guardduty.runtime_monitoring_on with input.guardduty.detectors as detectors
	problems := guardduty.runtime_monitoring_off with input.guardduty.detectors as detectors
	clauses(problems) == {"has its GuardDuty detector DISABLED, expected ENABLED"}
}

test_a_feature_that_is_not_listed_is_off if {
	problems := guardduty.runtime_monitoring_off with input.guardduty.detectors as detector("ENABLED", [])
	clauses(problems) == {"has GuardDuty Runtime Monitoring DISABLED, expected ENABLED"}
}

test_a_status_that_is_not_known_is_not_on if {
	detectors := detector("ENABLED", [feature("PENDING", [])])
	not guardduty.runtime_monitoring_on with input.guardduty.detectors as detectors
	problems := guardduty.runtime_monitoring_off with input.guardduty.detectors as detectors
	clauses(problems) == {"has GuardDuty Runtime Monitoring PENDING, expected ENABLED"}
}

test_the_agent_is_off_when_its_configuration_says_so if {
	detectors := detector("ENABLED", [feature("ENABLED", agent("DISABLED"))])
	problems := guardduty.fargate_agent_off with input.guardduty.detectors as detectors
	problems == {{
		"clause": "has the automated GuardDuty agent for Fargate DISABLED, expected ENABLED",
		"evidence": {
			"path": concat(".", [
				"Features[?Name=='RUNTIME_MONITORING']",
				"AdditionalConfiguration[?Name=='ECS_FARGATE_AGENT_MANAGEMENT']",
				"Status",
			]),
			"value": "DISABLED",
		},
	}}
}

test_the_agent_is_off_when_the_feature_says_nothing_of_it if {
	detectors := detector("ENABLED", [{"name": "RUNTIME_MONITORING", "status": "ENABLED"}])
	problems := guardduty.fargate_agent_off with input.guardduty.detectors as detectors
	count(problems) == 1
}

test_the_agent_is_off_without_runtime_monitoring if {
	detectors := detector("ENABLED", [feature("DISABLED", agent("ENABLED"))])
	problems := guardduty.fargate_agent_off with input.guardduty.detectors as detectors
	clauses(problems) == {"has GuardDuty Runtime Monitoring DISABLED, expected ENABLED"}
}

test_a_complete_list_tells_that_there_is_no_detector if {
	problems := guardduty.runtime_monitoring_off with input.guardduty.detectors as {}
		with input.coverage as complete
	clauses(problems) == {"has no GuardDuty detector in this Region, expected one"}
}

test_an_incomplete_list_tells_nothing if {
	problems := guardduty.runtime_monitoring_off with input.guardduty.detectors as {}
		with input.coverage as denied
	count(problems) == 0
}
