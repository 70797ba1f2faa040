# METADATA
# title: Flow logs
# description: |
#   Which VPCs, subnets and network interfaces have their traffic recorded. A flow log counts when it is in force,
#   records one of the kinds of traffic in `data.params.flow_logs`, and is not known to fail to deliver.
package lib.flow_logs

import rego.v1

# True when all flow logs are known, and none that counts is on any of these VPCs, subnets and interfaces.
missing(ids) if {
	input.coverage["ec2.flow_logs"].status == "complete"
	count(of(ids)) == 0
}

# The ids of the flow logs that count and that are on one of these.
of(ids) := {log |
	some id in ids
	some log in _on[id]
}

# True when the records of a flow log have the field. The default format has none but those of version 2.
has_field(log, field) if {
	format := object.get(input.ec2.flow_logs[log], "LogFormat", "")
	contains(format, concat("", ["${", field, "}"]))
}

_on[log.ResourceId] contains id if {
	some id, log in input.ec2.flow_logs
	log.FlowLogStatus == "ACTIVE"
	object.get(log, "DeliverLogsStatus", "SUCCESS") == "SUCCESS"
	log.TrafficType in data.params.flow_logs.traffic_types
}
