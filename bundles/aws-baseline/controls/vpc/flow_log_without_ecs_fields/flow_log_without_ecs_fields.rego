# METADATA
# title: Flow logs of VPCs that host ECS tasks name the cluster, service and task
# description: |
#   By default a flow log knows addresses alone, and the address of a task is another task's an hour later. Since
#   version 7 a flow log can write the ECS cluster, service, task definition, task and container into each record. The
#   control fails for each flow log of a VPC, or of its subnets with tasks, whose format lacks all fields of one of the
#   lists in the parameter `flow_log_without_ecs_fields.required`, unless another flow log that covers the same subnet
#   has them all. Which flow logs count says NW01; a VPC without any is not applicable. So are VPCs in which no task
#   runs and none is configured to start, unless the parameter `judged_networks.scope` is `all`, and VPCs that another
#   account shares. Without a complete list of flow logs there is no violation.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
#   - https://aws.amazon.com/blogs/networking-and-content-delivery/introducing-vpc-flow-logs-for-elastic-container-services
# custom:
#   id: NW02
#   severity: low
#   resources: ec2.vpcs
#   covers: {}
#   parameters: [flow_log_without_ecs_fields, flow_logs, judged_networks]
#   remediation:
#     text: |
#       The format of a flow log cannot be changed: create a second flow log with a custom format that has the ECS
#       fields, as `${ecs-cluster-arn} ${ecs-service-name} ${ecs-task-definition-arn} ${ecs-task-arn}` behind the
#       fields of the first, check that it delivers, and delete the first.
package tidewaiter.controls.vpc.flow_log_without_ecs_fields

import rego.v1

import data.lib.flow_logs
import data.lib.hosting

required := data.params.flow_log_without_ecs_fields.required

deny contains violation if {
	input.coverage["ec2.flow_logs"].status == "complete"
	some vpc in hosting.judged_vpcs
	some place in places(vpc)
	logs := flow_logs.of({vpc, place})
	not any_complete(logs)
	some log in logs
	some fields in lacking(log)
	violation := {
		"resource": vpc,
		"message": sprintf(
			"flow log %q of VPC %q does not record %s, expected it in the format",
			[log, vpc, concat(" or ", fields)],
		),
		"evidence": {"path": "VpcId", "value": vpc, "flow_log": log, "expected": fields},
	}
}

exclude contains exclusion if some exclusion in hosting.excluded_vpcs

exclude contains exclusion if {
	some vpc in hosting.judged_vpcs
	count(flow_logs.of(places(vpc) | {vpc})) == 0
	exclusion := {"resource": vpc, "reason": "it has no flow log, which NW01 judges"}
}

# What flow logs have to cover: the judged subnets of a VPC, or the VPC as such where there is none.
places(vpc) := subnets if {
	subnets := hosting.judged_subnets_of(vpc)
	count(subnets) > 0
} else := {vpc}

any_complete(logs) if {
	some log in logs
	count(lacking(log)) == 0
}

# The lists of which a flow log has no field.
lacking(log) := {fields |
	some fields in required
	not has_one(log, fields)
}

has_one(log, fields) if {
	some field in fields
	flow_logs.has_field(log, field)
}
