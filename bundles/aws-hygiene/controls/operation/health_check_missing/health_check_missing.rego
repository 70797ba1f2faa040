# METADATA
# title: Essential containers have a health check
# description: |
#   Without a health check ECS takes a container that hangs for one that works, and keeps it. Each essential container
#   needs a `healthCheck` with a command; a container is essential unless it says otherwise, and `NONE` is no check.
#   ECS does not look at a HEALTHCHECK of the image. This is about operations, and a load balancer's checks may be
#   enough, so the control judges nothing unless the parameter `enabled` says so.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
# custom:
#   id: TD38
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     kics: [ecs_task_definition_healthcheck_missing]
#   parameters: [health_check_missing]
#   remediation:
#     text: |
#       Register a revision in which the container has a `healthCheck` whose command asks the application itself, for
#       example `["CMD-SHELL", "curl -f http://localhost:8080/healthz || exit 1"]`, with a `startPeriod` as long as it
#       needs to start. Move the services, schedules and pipelines that start the old revision to the new one.
package tidewaiter.controls.operation.health_check_missing

import rego.v1

import data.lib.containers

enabled if data.params.health_check_missing.enabled == true

deny contains violation if {
	enabled
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	object.get(container, "essential", true) == true
	command := object.get(container, ["healthCheck", "command"], null)
	unchecked(command)
	violation := {
		"resource": arn,
		"message": sprintf("the essential container %q has no health check, expected one", [
			containers.name(index, container),
		]),
		"evidence": containers.evidence(index, container, "healthCheck.command", command),
	}
}

exclude contains exclusion if {
	not enabled
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter health_check_missing.enabled is not true"}
}

unchecked(command) if command in {null, []}

unchecked(command) if command[0] == "NONE"
