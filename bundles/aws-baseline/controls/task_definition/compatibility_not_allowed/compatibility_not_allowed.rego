# METADATA
# title: Task definitions are for allowed kinds of capacity
# description: |
#   Fargate, instances of one's own, Managed Instances and ECS Anywhere differ in who patches the host and in what
#   separates one task from another. By parameter, each entry of `requiresCompatibilities` must be one of a list, as
#   the condition key `ecs:compute-compatibility` can demand from who registers a definition; an empty list, the
#   default, judges nothing. A definition that requires nothing is for EC2.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_types.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: TD29
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     iam-condition-keys: [ecs:compute-compatibility]
#   parameters: [compatibility_not_allowed]
#   remediation:
#     text: |
#       Register a revision whose `requiresCompatibilities` names allowed capacity alone; ECS then refuses what the
#       other kinds would have allowed, such as a privileged container on Fargate. Move the services, schedules and
#       pipelines that start the old revision to the new one and to that capacity, then deregister the old one.
package tidewaiter.controls.task_definition.compatibility_not_allowed

import rego.v1

import data.lib.values

allowed := {kind | some kind in data.params.compatibility_not_allowed.allowed}

deny contains violation if {
	count(allowed) > 0
	kinds := allowed
	some arn, definition in input.ecs.task_definitions
	some kind in required(definition)
	not kind in kinds
	violation := {
		"resource": arn,
		"message": sprintf("requiresCompatibilities %s, expected only %s", [
			stated(kind, definition),
			concat(", ", sort(kinds)),
		]),
		"evidence": {
			"path": "requiresCompatibilities",
			"value": object.get(definition, "requiresCompatibilities", null),
		},
	}
}

exclude contains exclusion if {
	count(allowed) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter compatibility_not_allowed.allowed is empty"}
}

required(definition) := {"EC2"} if {
	object.get(definition, "requiresCompatibilities", null) in {null, []}
} else := {kind | some kind in definition.requiresCompatibilities; values.settled(kind)} if {
	is_array(definition.requiresCompatibilities)
}

stated(kind, definition) := sprintf("names %q", [kind]) if {
	kind in definition.requiresCompatibilities
} else := "is not set, which means \"EC2\""
