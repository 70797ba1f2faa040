package tidewaiter.controls.task_definition.network_mode_not_awsvpc_test

import rego.v1

import data.tidewaiter.controls.task_definition.network_mode_not_awsvpc

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

test_denies_the_bridge if {
	found := network_mode_not_awsvpc.deny with input as estate({"networkMode": "bridge"})
	found == {{
		"resource": arn,
		"message": "networkMode is \"bridge\", expected \"awsvpc\"",
		"evidence": {"path": "networkMode", "value": "bridge"},
	}}
}

test_denies_the_hosts_network if {
	found := network_mode_not_awsvpc.deny with input as estate({"networkMode": "host"})
	count(found) == 1
}

test_denies_no_network if {
	found := network_mode_not_awsvpc.deny with input as estate({"networkMode": "none"})
	count(found) == 1
}

test_denies_a_definition_without_a_mode if {
	found := network_mode_not_awsvpc.deny with input as estate({"family": "web"})
	found == {{
		"resource": arn,
		"message": "networkMode is not set, which means \"bridge\" on EC2, expected \"awsvpc\"",
		"evidence": {"path": "networkMode", "value": null},
	}}
}

test_denies_a_definition_without_a_mode_that_ec2_can_run_too if {
	definition := {"requiresCompatibilities": ["EC2", "MANAGED_INSTANCES"]}
	found := network_mode_not_awsvpc.deny with input as estate(definition)
	count(found) == 1
}

test_denies_another_mode_on_managed_instances if {
	definition := {"networkMode": "host", "requiresCompatibilities": ["MANAGED_INSTANCES"]}
	found := network_mode_not_awsvpc.deny with input as estate(definition)
	count(found) == 1
}

test_denies_a_definition_that_ecs_anywhere_and_ec2_can_run if {
	definition := {"networkMode": "bridge", "requiresCompatibilities": ["EC2", "EXTERNAL"]}
	found := network_mode_not_awsvpc.deny with input as estate(definition)
	excluded := network_mode_not_awsvpc.exclude with input as estate(definition)
	count(found) == 1
	count(excluded) == 0
}

test_allows_awsvpc if {
	found := network_mode_not_awsvpc.deny with input as estate({"networkMode": "awsvpc"})
	count(found) == 0
}

test_allows_a_definition_without_a_mode_on_managed_instances if {
	definition := {"requiresCompatibilities": ["MANAGED_INSTANCES"]}
	found := network_mode_not_awsvpc.deny with input as estate(definition)
	count(found) == 0
}

test_excludes_a_definition_for_ecs_anywhere_alone if {
	definition := {"networkMode": "bridge", "requiresCompatibilities": ["EXTERNAL"]}
	found := network_mode_not_awsvpc.deny with input as estate(definition)
	excluded := network_mode_not_awsvpc.exclude with input as estate(definition)
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := network_mode_not_awsvpc.deny with input as estate({"networkMode": {"Ref": "Mode"}})
	count(found) == 0
}
