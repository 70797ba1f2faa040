# METADATA
# title: GuardDuty
# description: |
#   What GuardDuty is told to watch. A Region has one detector at most; in an organization, what the delegated
#   administrator decides shows in the detector of the account itself. The document has the names of the API's own
#   JSON, which begin with a small letter; paths of evidence have the AWS CLI's, which begin with a capital.
package lib.guardduty

import rego.v1

# Why Runtime Monitoring is not on: objects with a `clause`, to put behind the name of the account, and the `evidence`.
# Empty where it is on, and where nothing is known.
runtime_monitoring_off contains problem if some problem in _off

runtime_monitoring_off contains problem if {
	some detector in _enabled
	status := _status(detector.features, "RUNTIME_MONITORING")
	status != "ENABLED"
	problem := {
		"clause": sprintf("has GuardDuty Runtime Monitoring %s, expected ENABLED", [status]),
		"evidence": {"path": _runtime_monitoring("Status"), "value": status},
	}
}

# The same for the agent that GuardDuty puts beside the containers of tasks on Fargate.
fargate_agent_off contains problem if some problem in runtime_monitoring_off

fargate_agent_off contains problem if {
	some detector in _enabled
	some feature in detector.features
	feature.name == "RUNTIME_MONITORING"
	feature.status == "ENABLED"
	status := _status(object.get(feature, "additionalConfiguration", []), "ECS_FARGATE_AGENT_MANAGEMENT")
	status != "ENABLED"
	problem := {
		"clause": sprintf(
			"has the automated GuardDuty agent for Fargate %s, expected ENABLED",
			[status],
		),
		"evidence": {
			"path": _runtime_monitoring("AdditionalConfiguration[?Name=='ECS_FARGATE_AGENT_MANAGEMENT'].Status"),
			"value": status,
		},
	}
}

# True when a detector is known to watch what runs.
runtime_monitoring_on if {
	some detector in _enabled
	_status(detector.features, "RUNTIME_MONITORING") == "ENABLED"
}

# Only a complete list tells that there is no detector.
_off contains problem if {
	input.coverage["guardduty.detectors"].status == "complete"
	not _any_detector
	problem := {
		"clause": "has no GuardDuty detector in this Region, expected one",
		"evidence": {"path": "DetectorIds", "value": []},
	}
}

_off contains problem if {
	some _, detector in input.guardduty.detectors
	detector.status != "ENABLED"
	problem := {
		"clause": sprintf("has its GuardDuty detector %s, expected ENABLED", [detector.status]),
		"evidence": {"path": "Status", "value": detector.status},
	}
}

_any_detector if some _, _ in input.guardduty.detectors

_enabled contains detector if {
	some _, detector in input.guardduty.detectors
	detector.status == "ENABLED"
}

# What is not listed was never turned on.
_status(features, name) := statuses[0] if {
	listed := [feature.status | some feature in features; feature.name == name]
	statuses := array.concat(listed, ["DISABLED"])
}

_runtime_monitoring(member) := sprintf("Features[?Name=='RUNTIME_MONITORING'].%s", [member])
