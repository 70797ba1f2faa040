package tidewaiter.controls.vpc.flow_log_missing_test

import rego.v1

import data.tidewaiter.controls.vpc.flow_log_missing as control

log(resource) := {"ResourceId": resource, "FlowLogStatus": "ACTIVE", "TrafficType": "ALL"}

estate(subnets, logs, status) := {
	"account": {"id": "123456789012"},
	"ecs": {"services": {"service-1": {"networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}}}}},
	"ec2": {
		"vpcs": {"vpc-1": {"OwnerId": "123456789012"}},
		"subnets": {"subnet-1": {"VpcId": "vpc-1"}, "subnet-2": {"VpcId": "vpc-1"}},
		"flow_logs": logs,
	},
	"coverage": {"ec2.flow_logs": {"status": status}},
}

both := ["subnet-1", "subnet-2"]

test_denies_a_vpc_without_any_flow_log if {
	violations := control.deny with input as estate(both, {}, "complete")
	violations == {{
		"resource": "vpc-1",
		"message": concat(" ", [
			"VPC \"vpc-1\" has no flow log for ALL or REJECT that covers subnets \"subnet-1\", \"subnet-2\",",
			"expected one",
		]),
		"evidence": {"path": "VpcId", "value": "vpc-1", "expected": ["ALL", "REJECT"], "subnets": both},
	}}
}

test_denies_a_vpc_of_which_one_subnet_with_tasks_is_not_covered if {
	violations := control.deny with input as estate(both, {"fl-1": log("subnet-1")}, "complete")
	{violation.evidence.subnets | some violation in violations} == {["subnet-2"]}
}

test_denies_a_vpc_of_which_only_container_instances_are_known if {
	instance := {"attributes": [{"name": "ecs.vpc-id", "value": "vpc-1"}]}
	violations := control.deny with input as object.union(
		estate([], {}, "complete"),
		{"ecs": {"container_instances": {"instance-1": instance}}},
	)
	violations == {{
		"resource": "vpc-1",
		"message": "VPC \"vpc-1\" has no flow log for ALL or REJECT, expected one",
		"evidence": {"path": "VpcId", "value": "vpc-1", "expected": ["ALL", "REJECT"]},
	}}
}

test_denies_every_vpc_by_parameter if {
	violations := control.deny with input as estate([], {}, "complete")
		with data.params.judged_networks.scope as "all"
	count(violations) == 1
}

test_denies_a_kind_of_traffic_that_is_not_asked_for if {
	violations := control.deny with input as estate(both, {"fl-1": log("vpc-1")}, "complete")
		with data.params.flow_logs.traffic_types as ["REJECT"]
	count(violations) == 1
}

test_allows_a_flow_log_of_the_vpc_or_of_each_subnet_with_tasks if {
	every logs in [
		{"fl-1": log("vpc-1")},
		{"fl-1": log("subnet-1"), "fl-2": log("subnet-2")},
	] {
		violations := control.deny with input as estate(both, logs, "complete")
		excluded := control.exclude with input as estate(both, logs, "complete")
		count(violations) == 0
		count(excluded) == 0
	}
}

test_allows_a_subnet_without_tasks_beside_a_covered_one if {
	violations := control.deny with input as estate(["subnet-1"], {"fl-1": log("subnet-1")}, "complete")
	count(violations) == 0
}

test_unknown_when_flow_logs_are_not_known_completely if {
	violations := control.deny with input as estate(both, {}, "partial")
	excluded := control.exclude with input as estate(both, {}, "partial")
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_vpc_without_tasks if {
	violations := control.deny with input as estate([], {}, "complete")
	excluded := control.exclude with input as estate([], {}, "complete")
	count(violations) == 0
	{exclusion.resource | some exclusion in excluded} == {"vpc-1"}
}

test_excludes_a_vpc_of_another_account if {
	shared := object.union(estate(both, {}, "complete"), {"account": {"id": "210987654321"}})
	violations := control.deny with input as shared
	excluded := control.exclude with input as shared
	count(violations) == 0
	excluded == {{"resource": "vpc-1", "reason": "it belongs to account 123456789012, which shares it"}}
}
