package tidewaiter.controls.container_instance.agent_disconnected_test

import rego.v1

import data.tidewaiter.controls.container_instance.agent_disconnected as control

arn := "arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0a1b"

instance(status, connected) := {arn: {
	"ec2InstanceId": "i-1",
	"status": status,
	"agentConnected": connected,
}}

test_denies_an_agent_that_is_not_connected if {
	violations := control.deny with input.ecs.container_instances as instance("ACTIVE", false)
	violations == {{
		"resource": arn,
		"message": "container instance \"0a1b\" (i-1) has no connected agent, expected agentConnected true",
		"evidence": {"path": "agentConnected", "value": false, "expected": true},
	}}
}

test_denies_a_draining_instance_without_agent if {
	violations := control.deny with input.ecs.container_instances as instance("DRAINING", false)
	count(violations) == 1
}

test_denies_an_instance_that_does_not_say if {
	violations := control.deny with input.ecs.container_instances as {arn: {"status": "ACTIVE"}}
	count(violations) == 1
}

test_denies_a_failed_registration_and_a_status_that_is_not_known if {
	every status in ["REGISTRATION_FAILED", "LATER"] {
		violations := control.deny with input.ecs.container_instances as instance(status, false)
		count(violations) == 1
	}
}

test_allows_a_connected_agent if {
	violations := control.deny with input.ecs.container_instances as instance("ACTIVE", true)
	excluded := control.exclude with input.ecs.container_instances as instance("ACTIVE", true)
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_an_instance_that_is_being_registered if {
	violations := control.deny with input.ecs.container_instances as instance("REGISTERING", false)
	excluded := control.exclude with input.ecs.container_instances as instance("REGISTERING", false)
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the container instance is REGISTERING"}}
}
