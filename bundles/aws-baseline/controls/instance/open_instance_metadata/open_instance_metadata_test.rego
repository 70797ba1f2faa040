package tidewaiter.controls.instance.open_instance_metadata_test

import rego.v1

import data.tidewaiter.controls.instance.open_instance_metadata as control

options := {"HttpEndpoint": "enabled", "HttpTokens": "required", "HttpPutResponseHopLimit": 1}

estate(changes) := {
	"ec2": {"instances": {"i-1": {"State": {"Name": "running"}, "MetadataOptions": object.union(options, changes)}}},
	"ecs": {"container_instances": {"c": {
		"ec2InstanceId": "i-1",
		"attributes": [{"name": "ecs.capability.task-eni"}],
	}}},
}

messages(violations) := {violation.message | some violation in violations}

test_denies_version_1 if {
	violations := control.deny with input as estate({"HttpTokens": "optional"})
	violations == {{
		"resource": "i-1",
		"message": "instance \"i-1\" has HttpTokens optional, expected HttpTokens required",
		"evidence": {"path": "MetadataOptions.HttpTokens", "value": "optional", "expected": "required"},
	}}
}

test_denies_an_answer_that_travels_to_containers if {
	violations := control.deny with input as estate({"HttpPutResponseHopLimit": 2})
	violations == {{
		"resource": "i-1",
		"message": concat(" ", [
			"instance \"i-1\" has HttpPutResponseHopLimit 2,",
			"expected HttpPutResponseHopLimit 1 at most",
		]),
		"evidence": {"path": "MetadataOptions.HttpPutResponseHopLimit", "value": 2, "expected": 1},
	}}
}

test_denies_what_is_not_said if {
	violations := control.deny with input as {
		"ec2": {"instances": {"i-1": {"State": {"Name": "running"}}}},
		"ecs": estate({}).ecs,
	}
	messages(violations) == {
		"instance \"i-1\" has no HttpTokens, expected HttpTokens required",
		"instance \"i-1\" has no HttpPutResponseHopLimit, expected HttpPutResponseHopLimit 1 at most",
	}
}

test_allows_version_2_within_one_hop if {
	violations := control.deny with input as estate({})
	excluded := control.exclude with input as estate({})
	count(violations) == 0
	count(excluded) == 0
}

test_allows_more_hops_where_tasks_have_no_interface if {
	violations := control.deny with input as estate({"HttpPutResponseHopLimit": 64})
		with input.ecs.container_instances as {"c": {"ec2InstanceId": "i-1", "attributes": []}}
	count(violations) == 0
}

test_allows_more_hops_by_parameter if {
	violations := control.deny with input as estate({"HttpPutResponseHopLimit": 2})
		with data.params.open_instance_metadata.maximum_hop_limit as 2
	count(violations) == 0
}

test_allows_metadata_that_is_off if {
	off := {"HttpEndpoint": "disabled", "HttpTokens": "optional", "HttpPutResponseHopLimit": 64}
	violations := control.deny with input as estate(off)
	count(violations) == 0
}

test_excludes_a_managed_instance if {
	managed := {"i-1": {"Operator": {"Managed": true}, "MetadataOptions": {"HttpTokens": "optional"}}}
	violations := control.deny with input.ec2.instances as managed
	excluded := control.exclude with input.ec2.instances as managed
	count(violations) == 0
	excluded == {{"resource": "i-1", "reason": "AWS operates the instance"}}
}
