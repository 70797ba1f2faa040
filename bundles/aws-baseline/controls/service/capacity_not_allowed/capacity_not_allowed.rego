# METADATA
# title: ECS services run on allowed capacity only
# description: |
#   What a service runs on decides who patches its host, with whom it shares a kernel and what it costs. The control fails
#   for each launch type, and for each capacity provider of a strategy, that a service, a deployment of it that runs
#   tasks, or a task set in it names and that is not in the parameter `capacity_not_allowed.allowed`, which holds launch
#   types (`FARGATE`, `EC2`, `EXTERNAL`, `MANAGED_INSTANCES`) and names of capacity providers alike. While the list is
#   empty, no service is judged. A service that names neither, and has no deployment or task set that does, is not
#   applicable. The condition key `ecs:capacity-provider` can prevent what this control finds.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
# custom:
#   id: SV13
#   severity: low
#   resources: ecs.services
#   covers:
#     iam-condition-keys: [ecs:capacity-provider]
#   parameters: [capacity_not_allowed]
#   remediation:
#     text: |
#       Update the service with a capacity provider strategy from the allow-list, which starts a new deployment. If the
#       capacity is meant for it, add it to `capacity_not_allowed.allowed`.
package tidewaiter.controls.service.capacity_not_allowed

import rego.v1

import data.lib.arns
import data.lib.deployments

allowed := data.params.capacity_not_allowed.allowed

deny contains violation if {
	count(allowed) > 0
	some arn, service in input.ecs.services
	some unit in units(service)
	some capacity in named(unit.body)
	not capacity.name in allowed
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s %q runs on %s %q, expected only what the parameter capacity_not_allowed.allowed lists",
			[unit.subject, arns.name(arn), capacity.noun, capacity.name],
		),
		"evidence": {"path": sprintf("%s%s", [unit.path, capacity.path]), "value": capacity.name},
	}
}

exclude contains exclusion if {
	count(allowed) == 0
	some arn, _ in input.ecs.services
	exclusion := {"resource": arn, "reason": "the parameter capacity_not_allowed.allowed is empty"}
}

exclude contains exclusion if {
	count(allowed) > 0
	some arn, service in input.ecs.services
	count([capacity | some unit in units(service); some capacity in named(unit.body)]) == 0
	exclusion := {"resource": arn, "reason": "the service names neither launch type nor capacity providers"}
}

# What of a service names capacity, and other capacity than the service.
units(service) := [unit |
	some unit in deployments.units(service)
	says_more(unit, service)
]

says_more(unit, _) if unit.path == ""

says_more(unit, service) if named(unit.body) != named(service)

# Capacity providers are known by name or by ARN.
named(body) := {capacity |
	is_string(body.launchType)
	capacity := {"noun": "launch type", "name": body.launchType, "path": "launchType"}
} | {capacity |
	some item in body.capacityProviderStrategy
	is_string(item.capacityProvider)
	capacity := {
		"noun": "capacity provider",
		"name": arns.name(item.capacityProvider),
		"path": "capacityProviderStrategy[].capacityProvider",
	}
}
