package tidewaiter.controls.vpc.flow_log_without_ecs_fields_test

import rego.v1

import data.tidewaiter.controls.vpc.flow_log_without_ecs_fields as control

default_format := "${version} ${srcaddr} ${dstaddr} ${action}"

ecs_format := "${version} ${ecs-cluster-name} ${ecs-service-name} ${ecs-task-id}"

log(resource, format) := {
	"ResourceId": resource,
	"FlowLogStatus": "ACTIVE",
	"TrafficType": "ALL",
	"LogFormat": format,
}

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

test_denies_each_field_that_the_format_lacks if {
	violations := control.deny with input as estate(both, {"fl-1": log("vpc-1", default_format)}, "complete")
	{violation.message | some violation in violations} == {
		concat(" ", [
			"flow log \"fl-1\" of VPC \"vpc-1\" does not record ecs-cluster-arn or ecs-cluster-name,",
			"expected it in the format",
		]),
		"flow log \"fl-1\" of VPC \"vpc-1\" does not record ecs-service-name, expected it in the format",
		concat(" ", [
			"flow log \"fl-1\" of VPC \"vpc-1\" does not record ecs-task-arn or ecs-task-id,",
			"expected it in the format",
		]),
	}
	{violation.resource | some violation in violations} == {"vpc-1"}
}

test_denies_a_field_of_the_parameter if {
	violations := control.deny with input as estate(both, {"fl-1": log("vpc-1", ecs_format)}, "complete")
		with data.params.flow_log_without_ecs_fields.required as [["ecs-container-id"]]
	violations == {{
		"resource": "vpc-1",
		"message": concat(" ", [
			"flow log \"fl-1\" of VPC \"vpc-1\" does not record ecs-container-id,",
			"expected it in the format",
		]),
		"evidence": {"path": "VpcId", "value": "vpc-1", "flow_log": "fl-1", "expected": ["ecs-container-id"]},
	}}
}

test_denies_fields_spread_over_two_flow_logs if {
	logs := {
		"fl-1": log("vpc-1", "${ecs-cluster-name} ${ecs-service-name}"),
		"fl-2": log("vpc-1", "${ecs-task-id}"),
	}
	violations := control.deny with input as estate(both, logs, "complete")
	{violation.evidence.flow_log | some violation in violations} == {"fl-1", "fl-2"}
}

test_denies_the_flow_log_of_one_subnet if {
	logs := {"fl-1": log("subnet-1", ecs_format), "fl-2": log("subnet-2", default_format)}
	violations := control.deny with input as estate(both, logs, "complete")
	{violation.evidence.flow_log | some violation in violations} == {"fl-2"}
}

test_denies_the_flow_log_of_a_vpc_without_subnets_by_parameter if {
	bare := {
		"account": {"id": "123456789012"},
		"ec2": {"vpcs": {"vpc-1": {}}, "flow_logs": {"fl-1": log("vpc-1", default_format)}},
		"coverage": {"ec2.flow_logs": {"status": "complete"}},
	}
	violations := control.deny with input as bare with data.params.judged_networks.scope as "all"
	count(violations) == 3
}

test_allows_a_format_with_the_fields_by_name_or_arn if {
	every format in [ecs_format, "${ecs-cluster-arn} ${ecs-service-name} ${ecs-task-arn}"] {
		violations := control.deny with input as estate(both, {"fl-1": log("vpc-1", format)}, "complete")
		excluded := control.exclude with input as estate(both, {"fl-1": log("vpc-1", format)}, "complete")
		count(violations) == 0
		count(excluded) == 0
	}
}

test_allows_a_default_format_beside_a_flow_log_with_the_fields if {
	logs := {"fl-1": log("subnet-1", default_format), "fl-2": log("vpc-1", ecs_format)}
	violations := control.deny with input as estate(both, logs, "complete")
	count(violations) == 0
}

test_unknown_when_flow_logs_are_not_known_completely if {
	violations := control.deny with input as estate(both, {"fl-1": log("vpc-1", default_format)}, "partial")
	count(violations) == 0
}

test_excludes_a_vpc_without_a_flow_log if {
	violations := control.deny with input as estate(both, {}, "complete")
	excluded := control.exclude with input as estate(both, {}, "complete")
	count(violations) == 0
	excluded == {{"resource": "vpc-1", "reason": "it has no flow log, which NW01 judges"}}
}

test_excludes_a_vpc_without_tasks if {
	logs := {"fl-1": log("vpc-1", default_format)}
	violations := control.deny with input as estate([], logs, "complete")
	excluded := control.exclude with input as estate([], logs, "complete")
	count(violations) == 0
	{exclusion.resource | some exclusion in excluded} == {"vpc-1"}
}
