# METADATA
# title: Every container has a log driver
# description: |
#   Without a log driver the output of a container, and with it what an investigation would start from, is gone when
#   the task stops. Each container needs a `logConfiguration` with a `logDriver`: sidecars, init containers and the
#   FireLens log router, which cannot log through itself, count as well, as in Security Hub's ECS.9. Which drivers
#   count is a parameter; a driver that is not in the list fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9
# custom:
#   id: TD20
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-log-configuration]
#     aws-config-community: [ECS_AWSLOGS_CHECK]
#     control-tower: [CT.ECS.PR.5]
#     powerpipe: [ecs_task_definition_logging_enabled]
#     prowler: [ecs_task_definitions_logging_enabled]
#     security-hub: [ECS.9]
#   parameters: [container_without_logging]
#   remediation:
#     text: |
#       Register a revision in which each container has a `logConfiguration`, for example with the driver `awslogs`
#       and the options `awslogs-group`, `awslogs-region` and `awslogs-stream-prefix`; the execution role, or on EC2
#       the instance role, must be allowed to write to the log group. Give a FireLens log router `awslogs` of its own.
#       Move the services, schedules and pipelines that start the old revision to the new one, then deregister the old
#       one.
package tidewaiter.controls.task_definition.container_without_logging

import rego.v1

import data.lib.containers

drivers := {driver | some driver in data.params.container_without_logging.log_drivers}

deny contains violation if {
	count(drivers) > 0
	accepted := drivers
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	driver := object.get(container, ["logConfiguration", "logDriver"], null)
	not driver in accepted
	not is_object(driver)
	violation := {
		"resource": arn,
		"message": sprintf("container %q has %s, expected one of %s", [
			containers.name(index, container),
			stated(driver),
			concat(", ", sort(accepted)),
		]),
		"evidence": containers.evidence(index, container, "logConfiguration.logDriver", driver),
	}
}

exclude contains exclusion if {
	count(drivers) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter container_without_logging.log_drivers is empty"}
}

stated(driver) := "no log driver" if driver in {null, ""}

stated(driver) := sprintf("the log driver %q", [driver]) if not driver in {null, ""}
