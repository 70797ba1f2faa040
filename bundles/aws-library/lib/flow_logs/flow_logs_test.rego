package lib.flow_logs_test

import rego.v1

import data.lib.flow_logs

log(changes) := {"fl-1": object.union(
	{"ResourceId": "vpc-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ALL"},
	changes,
)}

estate(logs, status) := {"ec2": {"flow_logs": logs}, "coverage": {"ec2.flow_logs": {"status": status}}}

test_a_flow_log_counts_for_what_it_is_on if {
	not flow_logs.missing({"subnet-1", "vpc-1"}) with input as estate(log({}), "complete")
	not flow_logs.missing({"vpc-1"}) with input as estate(log({"TrafficType": "REJECT"}), "complete")
	not flow_logs.missing({"vpc-1"}) with input as estate(log({"DeliverLogsStatus": "SUCCESS"}), "complete")
	flow_logs.missing({"subnet-1", "vpc-2"}) with input as estate(log({}), "complete")
}

test_a_flow_log_that_does_not_work_does_not_count if {
	every changes in [
		{"FlowLogStatus": "LATER"},
		{"TrafficType": "ACCEPT"},
		{"DeliverLogsStatus": "FAILED"},
	] {
		flow_logs.missing({"vpc-1"}) with input as estate(log(changes), "complete")
	}
}

test_nothing_is_missing_from_a_list_that_is_not_complete if {
	not flow_logs.missing({"vpc-2"}) with input as estate(log({}), "partial")
}

test_the_logs_of_several_things_are_those_of_each if {
	logs := {
		"fl-1": {"ResourceId": "vpc-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ALL"},
		"fl-2": {"ResourceId": "subnet-1", "FlowLogStatus": "ACTIVE", "TrafficType": "REJECT"},
		"fl-3": {"ResourceId": "subnet-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ACCEPT"},
	}
	flow_logs.of({"vpc-1", "subnet-1", "subnet-2"}) == {"fl-1", "fl-2"} with input.ec2.flow_logs as logs
	flow_logs.of({"subnet-2"}) == set() with input.ec2.flow_logs as logs
}

test_a_field_is_one_of_the_format_by_its_whole_name if {
	formatted := log({"LogFormat": "${version} ${ecs-task-id}"})
	flow_logs.has_field("fl-1", "ecs-task-id") with input.ec2.flow_logs as formatted
	not flow_logs.has_field("fl-1", "ecs-task") with input.ec2.flow_logs as formatted
	not flow_logs.has_field("fl-1", "ecs-task-id") with input.ec2.flow_logs as log({})
}
