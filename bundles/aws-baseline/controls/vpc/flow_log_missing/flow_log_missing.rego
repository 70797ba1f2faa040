# METADATA
# title: VPCs that host ECS tasks have flow logs
# description: |
#   Flow logs are what is left of a task's connections after it is gone: with whom it spoke, and what was refused. The
#   control fails when neither a VPC nor each of its subnets with tasks has a flow log that is in force, that records
#   one of the kinds of traffic in the parameter `flow_logs.traffic_types` and whose delivery does not fail. Flow logs
#   of single network interfaces do not count, because they miss the tasks that come later; TK08 judges those that run
#   now. VPCs in which no task runs and none is configured to start are not applicable; with the parameter
#   `judged_networks.scope` `all` they are judged too, as by Security Hub's EC2.6. A VPC that another account shares is
#   not applicable: its flow logs are its owner's. Without a complete list of flow logs there is no violation.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6
# custom:
#   id: NW01
#   severity: medium
#   resources: ec2.vpcs
#   covers:
#     aws-config: [vpc-flow-logs-enabled]
#     checkov: [CKV2_AWS_11]
#     prowler: [vpc_flow_logs_enabled]
#     security-hub: [EC2.6]
#     trivy: [AWS-0178]
#   parameters: [flow_logs, judged_networks]
#   remediation:
#     text: |
#       Create a flow log for the VPC, with traffic type `ALL` or `REJECT` and the ECS fields of NW02 in its format; it
#       covers every subnet and interface in it, also those that come later. If there is one, see why its delivery
#       fails.
package tidewaiter.controls.vpc.flow_log_missing

import rego.v1

import data.lib.flow_logs
import data.lib.hosting

expected := data.params.flow_logs.traffic_types

deny contains violation if {
	some vpc in hosting.judged_vpcs
	flow_logs.missing({vpc})
	subnets := hosting.judged_subnets_of(vpc)
	count(subnets) == 0
	violation := {
		"resource": vpc,
		"message": sprintf("VPC %q has no flow log for %s, expected one", [vpc, concat(" or ", expected)]),
		"evidence": {"path": "VpcId", "value": vpc, "expected": expected},
	}
}

deny contains violation if {
	some vpc in hosting.judged_vpcs
	flow_logs.missing({vpc})
	unrecorded := {subnet |
		some subnet in hosting.judged_subnets_of(vpc)
		flow_logs.missing({subnet})
	}
	count(unrecorded) > 0
	violation := {
		"resource": vpc,
		"message": sprintf(
			"VPC %q has no flow log for %s that covers %s, expected one",
			[vpc, concat(" or ", expected), hosting.named(unrecorded)],
		),
		"evidence": {"path": "VpcId", "value": vpc, "expected": expected, "subnets": sort(unrecorded)},
	}
}

exclude contains exclusion if some exclusion in hosting.excluded_vpcs
