package tidewaiter.controls.task_definition.fault_injection_in_production_test

import rego.v1

import data.tidewaiter.controls.task_definition.fault_injection_in_production

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

family := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web"

prod := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

play := "arn:aws:ecs:eu-central-1:123456789012:cluster/play"

tagged := {"cluster_tag_key": "stage", "cluster_tag_values": ["prod"]}

clusters := {
	prod: {"tags": [{"key": "stage", "value": "prod"}]},
	play: {"tags": [{"key": "stage", "value": "play"}]},
}

estate(enabled, usage, others) := {
	"ecs": object.union(
		{"task_definitions": {arn: {"enableFaultInjection": enabled}}, "clusters": clusters},
		object.get(others, "ecs", {}),
	),
	"events": object.get(others, "events", {}),
	"scheduler": object.get(others, "scheduler", {}),
	"usage": {arn: usage},
}

served(cluster) := estate(true, {"services": ["s"]}, {"ecs": {"services": {"s": {"clusterArn": cluster}}}})

running(cluster, status) := estate(
	true, {"tasks": ["t"]},
	{"ecs": {"tasks": {"t": {"clusterArn": cluster, "lastStatus": status}}}},
)

ruled(definition) := estate(true, {"schedules": ["r"]}, {"events": {"rules": {"r": {"Targets": [
	{"Arn": prod, "EcsParameters": {"TaskDefinitionArn": definition}},
	{"Arn": play, "EcsParameters": {"TaskDefinitionArn": arn}},
]}}}})

scheduled(target) := object.union(
	estate(true, {"schedules": ["n"]}, {"scheduler": {"schedules": {"n": {"Target": target}}}}),
	{"account": {"id": "123456789012", "partition": "aws"}, "region": "eu-central-1"},
)

test_denies_the_setting_anywhere_by_default if {
	found := fault_injection_in_production.deny with input as estate(true, {}, {})
	found == {{
		"resource": arn,
		"message": "enableFaultInjection is true, expected false",
		"evidence": {"path": "enableFaultInjection", "value": true},
	}}
}

test_denies_a_service_in_production if {
	found := fault_injection_in_production.deny with input as served(prod)
		with data.params.fault_injection_in_production as tagged
	found == {{
		"resource": arn,
		"message": "enableFaultInjection is true in the production cluster \"prod\", expected false",
		"evidence": {"path": "enableFaultInjection", "value": true, "cluster": prod},
	}}
}

test_denies_a_running_task_in_production if {
	found := fault_injection_in_production.deny with input as running(prod, "RUNNING")
		with data.params.fault_injection_in_production as tagged
	count(found) == 1
}

test_denies_a_task_set_in_production if {
	others := {"ecs": {"task_sets": {"x": {"clusterArn": prod}}}}
	found := fault_injection_in_production.deny with input as estate(true, {"task_sets": ["x"]}, others)
		with data.params.fault_injection_in_production as tagged
	count(found) == 1
}

test_denies_a_schedule_in_production if {
	found := fault_injection_in_production.deny with input as scheduled({"Arn": prod, "EcsParameters": {}})
		with data.params.fault_injection_in_production as tagged
	count(found) == 1
}

test_denies_a_schedule_that_calls_run_task_in_production if {
	found := fault_injection_in_production.deny with input as scheduled({
		"Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask",
		"Input": json.marshal({"Cluster": "prod", "TaskDefinition": "web"}),
	})
		with data.params.fault_injection_in_production as tagged
	count(found) == 1
}

test_denies_a_rule_in_production_that_names_the_family if {
	found := fault_injection_in_production.deny with input as ruled(family)
		with data.params.fault_injection_in_production as tagged
	count(found) == 1
}

test_allows_a_rule_that_runs_another_definition_in_production if {
	found := fault_injection_in_production.deny with input as ruled(sprintf("%s-admin", [family]))
		with data.params.fault_injection_in_production as tagged
	count(found) == 0
}

test_allows_the_setting_outside_production if {
	found := fault_injection_in_production.deny with input as served(play)
		with data.params.fault_injection_in_production as tagged
	count(found) == 0
}

test_allows_a_task_in_production_that_has_stopped if {
	found := fault_injection_in_production.deny with input as running(prod, "STOPPED")
		with data.params.fault_injection_in_production as tagged
	count(found) == 0
}

test_allows_a_definition_without_the_setting if {
	found := fault_injection_in_production.deny with input as estate(false, {}, {})
	count(found) == 0
}

test_excludes_a_definition_for_windows if {
	document := {"ecs": {"task_definitions": {arn: {
		"enableFaultInjection": true,
		"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
	}}}}
	found := fault_injection_in_production.deny with input as document
	excluded := fault_injection_in_production.exclude with input as document
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}
