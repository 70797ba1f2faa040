# METADATA
# title: Containers do not run privileged
# description: |
#   A privileged container holds every Linux capability, sees the devices of its host and can leave its own namespace:
#   whoever takes it over has the instance, the instance's role and every other task on it. Fargate does not offer the
#   mode. Sidecars and init containers count like any other. Security Hub's ECS.4 fails on the same value.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4
# custom:
#   id: TD01
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-containers-nonprivileged]
#     checkov: [CKV_AWS_334]
#     control-tower: [CT.ECS.PR.11]
#     iam-condition-keys: [ecs:privileged]
#     powerpipe: [ecs_task_definition_container_non_privileged]
#     prowler: [ecs_task_definitions_no_privileged_containers]
#     security-hub: [ECS.4]
#     trend-vision-one: [privileged]
#   remediation:
#     text: |
#       Register a revision without `privileged`, with the few capabilities under `linuxParameters.capabilities.add`
#       that the container needs instead. Move the services, schedules and pipelines that start the old revision to
#       the new one, then deregister the old one, so that nobody can start it again.
#     action: ecs.task_definition.revise
package tidewaiter.controls.task_definition.privileged_container

import rego.v1

import data.lib.containers

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	problem := containers.privileged(index, container)
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}
