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
