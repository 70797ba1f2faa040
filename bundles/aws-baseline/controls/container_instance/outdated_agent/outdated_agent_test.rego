package tidewaiter.controls.container_instance.outdated_agent_test

import rego.v1

import data.tidewaiter.controls.container_instance.outdated_agent as control

arn := "arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0a1b"

instance(version) := {arn: {"ec2InstanceId": "i-1", "versionInfo": {"agentVersion": version}}}

at_least(version) := {"outdated_agent": {"minimum": version}}

messages(violations) := {violation.message | some violation in violations}

test_denies_an_older_agent if {
	violations := control.deny with input.ecs.container_instances as instance("1.69.9")
	violations == {{
		"resource": arn,
		"message": "container instance \"0a1b\" (i-1) runs agent version 1.69.9, expected 1.70.0 or later",
		"evidence": {"path": "versionInfo.agentVersion", "value": "1.69.9", "expected": "1.70.0"},
	}}
}

test_denies_by_number_and_not_by_text if {
	violations := control.deny with input.ecs.container_instances as instance("1.9.0")
	count(violations) == 1
}

test_denies_a_version_that_cannot_be_read if {
	every version in ["latest", "", "1.x"] {
		violations := control.deny with input.ecs.container_instances as instance(version)
		count(violations) == 1
	}
}

test_denies_an_instance_without_a_version if {
	violations := control.deny with input.ecs.container_instances as {arn: {"ec2InstanceId": "i-1"}}
	messages(violations) == {concat(" ", [
		"container instance \"0a1b\" (i-1) runs an agent of no version,",
		"expected 1.70.0 or later",
	])}
}

test_denies_by_the_parameter if {
	violations := control.deny with input.ecs.container_instances as instance("1.80.0")
		with data.params as at_least("1.90.0")
	count(violations) == 1
}

test_allows_the_minimum_and_what_is_later if {
	every version in ["1.70.0", "v1.70.0", "1.100.2", "2.0.0"] {
		violations := control.deny with input.ecs.container_instances as instance(version)
		count(violations) == 0
	}
	excluded := control.exclude with input.ecs.container_instances as instance("1.70.0")
	count(excluded) == 0
}

test_excludes_every_instance_without_a_minimum if {
	violations := control.deny with input.ecs.container_instances as instance("1.0.0")
		with data.params as at_least("")
	excluded := control.exclude with input.ecs.container_instances as instance("1.0.0")
		with data.params as at_least("")
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter outdated_agent.minimum is empty"}}
}
