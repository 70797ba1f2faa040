# METADATA
# title: The traffic of ECS tasks is recorded in flow logs
# description: |
#   Flow logs are what is left of a task's connections after it is gone. The control joins the network interface of each
#   task with its subnet and its VPC, and fails when none of the three has a flow log that is in force, that records one
#   of the kinds of traffic in the parameter `flow_logs.traffic_types` and whose delivery does not fail. The default kinds
#   are those that Security Hub's EC2.6 accepts of a VPC. Without a complete list of flow logs, or with a subnet that is
#   not in the document, there is no violation. Tasks that have stopped, and tasks that use the network of their host, are
#   not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6
# custom:
#   id: TK08
#   severity: medium
#   resources: ecs.tasks
#   covers:
#     security-hub: [EC2.6]
#   parameters: [flow_logs]
#   remediation:
#     text: |
#       Create a flow log for the VPC, with traffic type `ALL` or `REJECT`; it covers every subnet and interface in it,
#       also those that come later. If there is one, see why its delivery fails.
package tidewaiter.controls.task.traffic_unrecorded

import rego.v1

import data.lib.arns
import data.lib.flow_logs
import data.lib.tasks

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some interface in tasks.interfaces(task)
	vpc := input.ec2.subnets[interface.subnet].VpcId
	flow_logs.missing({interface.interface, interface.subnet, vpc})
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q runs in subnet %q of %s without flow logs, expected a flow log for %s",
			[arns.name(arn), interface.subnet, vpc, concat(" or ", data.params.flow_logs.traffic_types)],
		),
		"evidence": {"path": tasks.interface_path("subnetId"), "value": interface.subnet, "vpc": vpc},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped

exclude contains exclusion if some exclusion in tasks.excluded_on_host_network
