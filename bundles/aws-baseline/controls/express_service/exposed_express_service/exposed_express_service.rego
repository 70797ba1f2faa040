# METADATA
# title: Express Mode services are reachable as allowed, in allowed subnets, and do not share their roles
# description: |
#   An Express Mode service has its load balancer, its security groups and its scaling made by ECS, and neither
#   `ecs:auto-assign-public-ip` nor `ecs:enable-execute-command` holds whoever creates one. The control fails for each
#   endpoint whose access is not one of the parameter `exposed_express_service.access_types`, which holds `PRIVATE`; for
#   each subnet that is not listed in the parameter `allowed_subnets.ids`, which is not judged while it is empty; and
#   when one role is two of task role, task execution role and infrastructure role: the last may change load balancers
#   and security groups, which no container should. Every active configuration is judged. A deleted service is not
#   applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-overview.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExpressGatewayServiceConfiguration.html
#   - https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRoleforExpressGatewayServices.html
# custom:
#   id: SV16
#   severity: high
#   resources: ecs.express_services
#   covers: {}
#   parameters: [allowed_subnets, exposed_express_service]
#   remediation:
#     text: |
#       Update the Express Mode service with private subnets from the allow-list, which gives it an internal load
#       balancer, and with roles of its own for the task and for its execution. If the service is meant for the internet,
#       add `PUBLIC` to `exposed_express_service.access_types`.
package tidewaiter.controls.express_service.exposed_express_service

import rego.v1

import data.lib.arns
import data.lib.network

access_types := data.params.exposed_express_service.access_types

deny contains violation if {
	some arn, service in input.ecs.express_services
	not deleted(service)
	some configuration in service.activeConfigurations
	some entry in configuration.ingressPaths
	access := object.get(entry, "accessType", null)
	not access in access_types
	violation := {
		"resource": arn,
		"message": sprintf(
			"Express Mode service %q has an endpoint with access %s, expected %s",
			[arns.name(arn), described(access), concat(" or ", access_types)],
		),
		"evidence": {
			"path": path(configuration, "ingressPaths[].accessType"),
			"value": access,
			"expected": access_types,
			"endpoint": object.get(entry, "endpoint", null),
		},
	}
}

deny contains violation if {
	count(data.params.allowed_subnets.ids) > 0
	some arn, service in input.ecs.express_services
	not deleted(service)
	some configuration in service.activeConfigurations
	some subnet in network.subnets_outside(configuration.networkConfiguration, data.params.allowed_subnets.ids)
	violation := {
		"resource": arn,
		"message": sprintf(
			"Express Mode service %q uses subnet %q, expected only subnets of the parameter allowed_subnets.ids",
			[arns.name(arn), subnet],
		),
		"evidence": {"path": path(configuration, "networkConfiguration.subnets"), "value": subnet},
	}
}

deny contains violation if {
	some arn, service in input.ecs.express_services
	not deleted(service)
	some configuration in service.activeConfigurations
	some [one, other] in [
		["task role", "task execution role"],
		["task role", "infrastructure role"],
		["task execution role", "infrastructure role"],
	]
	role := roles(service, configuration)[one]
	role == roles(service, configuration)[other]
	violation := {
		"resource": arn,
		"message": sprintf(
			"Express Mode service %q has the role %q as its %s and its %s, expected one role for each",
			[arns.name(arn), arns.name(role), one, other],
		),
		"evidence": {"path": path(configuration, members[one]), "value": role},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.express_services
	deleted(service)
	exclusion := {"resource": arn, "reason": "the service is deleted"}
}

described(null) := "of no type"

described(access) := access if access != null

deleted(service) if service.status.statusCode == "INACTIVE"

members := {"task role": "taskRoleArn", "task execution role": "executionRoleArn"}

roles(service, configuration) := object.union(
	{name: configuration[member] | some name, member in members},
	{"infrastructure role": object.get(service, "infrastructureRoleArn", null)},
)

path(configuration, member) := sprintf(
	"activeConfigurations[?serviceRevisionArn=='%s'].%s",
	[object.get(configuration, "serviceRevisionArn", ""), member],
)
