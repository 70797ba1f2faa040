# METADATA
# title: ECS services run in allowed subnets only
# description: |
#   Subnets decide what a task can reach and what can reach it: routes, network ACLs, inspection, flow logs. The control
#   fails for each subnet of a service that is not listed in the parameter `allowed_subnets.ids`. Older deployments that
#   still run tasks are judged too. While the list is empty, no service is judged. Services whose tasks use the network
#   of their host are not applicable. The condition key `ecs:subnet` can prevent what this control finds.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: SV02
#   severity: high
#   resources: ecs.services
#   covers:
#     cloud-custodian: [ecs-service.network-location, ecs-service.subnet]
#     iam-condition-keys: [ecs:subnet]
#   parameters: [allowed_subnets]
#   remediation:
#     text: |
#       Update the service with subnets from the allow-list, which starts a new deployment; give load balancer, security
#       groups and VPC endpoints the same subnets or VPC first. If the subnet is meant to hold tasks, add it to
#       `allowed_subnets.ids`.
package tidewaiter.controls.service.subnet_not_allowed

import rego.v1

import data.lib.network

deny contains violation if {
	count(data.params.allowed_subnets.ids) > 0
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	some subnet in network.subnets_outside(configuration.awsvpc, data.params.allowed_subnets.ids)
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s uses subnet %q, expected only subnets of the parameter allowed_subnets.ids",
			[network.subject(arn, configuration), subnet],
		),
		"evidence": {"path": network.path_of(configuration, "subnets"), "value": subnet},
	}
}

exclude contains exclusion if {
	count(data.params.allowed_subnets.ids) == 0
	some arn, _ in input.ecs.services
	exclusion := {"resource": arn, "reason": "the parameter allowed_subnets.ids is empty"}
}

exclude contains exclusion if {
	count(data.params.allowed_subnets.ids) > 0
	some arn, service in input.ecs.services
	not network.uses_awsvpc(service)
	exclusion := {"resource": arn, "reason": "the service has no awsvpc network configuration"}
}
