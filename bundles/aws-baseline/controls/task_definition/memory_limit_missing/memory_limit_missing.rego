# METADATA
# title: Containers have a hard memory limit
# description: |
#   A container without `memory` takes what it can get, so that a leak or an attack in one starves the others of its
#   task or instance. `memoryReservation` is only what a container is promised; it limits nothing. On Fargate the size
#   of the task is a limit that cannot be left out, so definitions for it alone are left out; elsewhere each container
#   needs a limit of its own, as AWS Config's ecs-task-definition-memory-hard-limit has it, unless the parameter
#   accepts a limit of the task as a whole.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-memory-hard-limit.html
# custom:
#   id: TD23
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-memory-hard-limit]
#     control-tower: [CT.ECS.PR.7]
#   parameters: [memory_limit_missing]
#   remediation:
#     text: |
#       Register a revision in which each container sets `memory` in MiB, somewhat above what it is seen to use; a
#       container that goes beyond is killed. Move the services, schedules and pipelines that start the old revision
#       to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.memory_limit_missing

import rego.v1

import data.lib.containers

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not containers.runs_only_on(definition, {"FARGATE"})
	not limited_as_a_whole(definition)
	some index, container in definition.containerDefinitions
	limit := object.get(container, "memory", null)
	limit in {null, 0}
	violation := {
		"resource": arn,
		"message": sprintf("container %q has no hard memory limit, expected one", [containers.name(index, container)]),
		"evidence": containers.evidence(index, container, "memory", limit),
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.runs_only_on(definition, {"FARGATE"})
	exclusion := {"resource": arn, "reason": "it runs on Fargate, where the size of the task limits its memory"}
}

limited_as_a_whole(definition) if {
	data.params.memory_limit_missing.accept_task_limit == true
	not object.get(definition, "memory", null) in {null, ""}
}
