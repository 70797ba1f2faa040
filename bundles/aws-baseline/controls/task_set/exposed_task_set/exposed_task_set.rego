# METADATA
# title: ECS task sets assign no public IP addresses and run in allowed subnets
# description: |
#   Services with external deployments have their network configuration in their task sets. The control fails when the
#   `assignPublicIp` of a task set is present and is not `DISABLED`, and for each of its subnets that is not listed in
#   the parameter `allowed_subnets.ids`; while that list is empty, subnets are not judged. Task sets whose tasks use the
#   network of their host are not applicable. The first half is Security Hub's ECS.16.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-16
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
# custom:
#   id: TS01
#   severity: high
#   resources: ecs.task_sets
#   covers:
#     prowler: [ecs_task_set_no_assign_public_ip]
#     security-hub: [ECS.16]
#   parameters: [allowed_subnets]
#   remediation:
#     text: |
#       The network configuration of a task set cannot be changed. Create a new task set with `assignPublicIp`
#       `DISABLED` and subnets from the allow-list, shift the traffic to it, and delete the old one. First see to it
#       that the tasks can reach what they need through a NAT gateway or VPC endpoints.
package tidewaiter.controls.task_set.exposed_task_set

import rego.v1

import data.lib.network

deny contains violation if {
	some arn, task_set in input.ecs.task_sets
	value := network.public_ip_setting(network.awsvpc(task_set))
	violation := {
		"resource": arn,
		"message": sprintf("task set %q has assignPublicIp %v, expected DISABLED", [name(arn), value]),
		"evidence": {
			"path": sprintf("%s.assignPublicIp", [network.path]),
			"value": value,
			"expected": "DISABLED",
		},
	}
}

deny contains violation if {
	count(data.params.allowed_subnets.ids) > 0
	some arn, task_set in input.ecs.task_sets
	some subnet in network.subnets_outside(network.awsvpc(task_set), data.params.allowed_subnets.ids)
	violation := {
		"resource": arn,
		"message": sprintf(
			"task set %q uses subnet %q, expected only subnets of the parameter allowed_subnets.ids",
			[name(arn), subnet],
		),
		"evidence": {"path": sprintf("%s.subnets", [network.path]), "value": subnet},
	}
}

exclude contains exclusion if {
	some arn, task_set in input.ecs.task_sets
	object.get(task_set, ["networkConfiguration", "awsvpcConfiguration"], null) == null
	exclusion := {"resource": arn, "reason": "the task set has no awsvpc network configuration"}
}

# `cluster/service/ecs-svc/1234567890` out of the ARN.
name(arn) := concat("/", array.slice(parts, 1, count(parts))) if {
	parts := split(arn, "/")
}
