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
	count(ids & _recorded) == 0
}

_recorded contains log.ResourceId if {
	some log in input.ec2.flow_logs
	log.FlowLogStatus == "ACTIVE"
	object.get(log, "DeliverLogsStatus", "SUCCESS") == "SUCCESS"
	log.TrafficType in data.params.flow_logs.traffic_types
}
