package tidewaiter.controls.task.traffic_unrecorded_test

import rego.v1

import data.tidewaiter.controls.task.traffic_unrecorded as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

task := {"lastStatus": "RUNNING", "attachments": [{
	"type": "ElasticNetworkInterface",
	"details": [
		{"name": "subnetId", "value": "subnet-1"},
		{"name": "networkInterfaceId", "value": "eni-1"},
	],
}]}

subnets := {"subnet-1": {"VpcId": "vpc-1"}}

log(resource) := {"fl-1": {"ResourceId": resource, "FlowLogStatus": "ACTIVE", "TrafficType": "ALL"}}

estate(body, logs, status) := {
	"ecs": {"tasks": {arn: body}},
	"ec2": {"subnets": subnets, "flow_logs": logs},
	"coverage": {"ec2.flow_logs": {"status": status}},
}

test_denies_a_task_without_any_flow_log if {
	violations := control.deny with input as estate(task, {}, "complete")
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0a1b\" runs in subnet \"subnet-1\" of vpc-1 without flow logs,",
			"expected a flow log for ALL or REJECT",
		]),
		"evidence": {
			"path": "attachments[?type=='ElasticNetworkInterface'].details[?name=='subnetId'].value",
			"value": "subnet-1",
			"vpc": "vpc-1",
		},
	}}
}

test_denies_a_flow_log_of_another_network if {
	violations := control.deny with input as estate(task, log("vpc-2"), "complete")
	count(violations) == 1
}

test_denies_a_kind_of_traffic_that_is_not_asked_for if {
	violations := control.deny with input as estate(task, log("vpc-1"), "complete")
		with data.params.flow_logs.traffic_types as ["REJECT"]
	count(violations) == 1
}

test_allows_a_flow_log_of_vpc_subnet_or_interface if {
	every resource in ["vpc-1", "subnet-1", "eni-1"] {
		violations := control.deny with input as estate(task, log(resource), "complete")
		excluded := control.exclude with input as estate(task, log(resource), "complete")
		count(violations) == 0
		count(excluded) == 0
	}
}

test_unknown_when_flow_logs_are_not_known_completely if {
	violations := control.deny with input as estate(task, {}, "partial")
	excluded := control.exclude with input as estate(task, {}, "partial")
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_task_without_an_interface if {
	excluded := control.exclude with input as estate({"lastStatus": "RUNNING"}, {}, "complete")
	excluded == {{"resource": arn, "reason": "the task has no network interface of its own"}}
}

test_excludes_a_task_that_has_stopped if {
	stopped := object.union(task, {"lastStatus": "STOPPED"})
	violations := control.deny with input as estate(stopped, {}, "complete")
	excluded := control.exclude with input as estate(stopped, {}, "complete")
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}
