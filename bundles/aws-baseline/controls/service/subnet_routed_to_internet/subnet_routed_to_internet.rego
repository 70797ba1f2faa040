# METADATA
# title: ECS services run in subnets without a route to an internet gateway
# description: |
#   A subnet whose route table has a route to an internet gateway is public: what runs there is one public IP address
#   and one security group rule away from the internet, whatever the service says today. The control joins each subnet
#   of a service with the route table that is associated with it, else with the main route table of its VPC, and fails
#   when that has a route to an internet gateway that is not a blackhole. Routes to NAT gateways and to egress-only
#   internet gateways are fine. A subnet that is not in the document gives no violation, and the main route table is
#   only taken for the subnet's when all route tables were read. Older deployments that still run tasks are judged too.
#   Services whose tasks use the network of their host are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
# custom:
#   id: SV03
#   severity: high
#   resources: ecs.services
#   covers: {}
#   remediation:
#     text: |
#       Update the service with private subnets, which starts a new deployment; give those subnets a route to a NAT
#       gateway, or VPC endpoints for Amazon ECR, Amazon S3, CloudWatch Logs and what else the tasks use. Leave only the
#       load balancer in the public subnets. If the subnet is meant to be private, associate it with a route table that
#       has no route to the internet gateway.
package tidewaiter.controls.service.subnet_routed_to_internet

import rego.v1

import data.lib.network
import data.lib.routes

deny contains violation if {
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	some subnet in network.subnets(configuration.awsvpc)
	some route in routes.to_internet[subnet]
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s uses subnet %q, whose route table %q routes %s to the internet gateway %q, expected a private subnet",
			[
				network.subject(arn, configuration),
				subnet,
				route.route_table,
				route.destination,
				route.gateway,
			],
		),
		"evidence": object.union(
			{"path": network.path_of(configuration, "subnets"), "value": subnet},
			route,
		),
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	not network.uses_awsvpc(service)
	exclusion := {"resource": arn, "reason": "the service has no awsvpc network configuration"}
}
