# METADATA
# title: Containers have a read-only root file system
# description: |
#   An attacker who gets code to run in a container wants to drop tools and change what the image brought along; a
#   read-only root file system leaves only the volumes for that. `readonlyRootFilesystem` must be true for every
#   container, sidecars and init containers included. Windows has no such setting, so definitions for Windows are left
#   out, as in Security Hub's ECS.5.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5
# custom:
#   id: TD09
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-containers-readonly-access]
#     checkov: [CKV_AWS_336]
#     control-tower: [CT.ECS.PR.6]
#     powerpipe: [ecs_task_definition_container_readonly_root_filesystem]
#     prowler: [ecs_task_definitions_containers_readonly_access]
#     security-hub: [ECS.5]
#     trend-vision-one: [readOnlyRootFilesystem]
#   remediation:
#     text: |
#       Register a revision with `readonlyRootFilesystem` set to true for each container, and mount a volume or a
#       `tmpfs` where it has to write. ECS Exec does not work in such a container. Move the services, schedules and
#       pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.writable_root_filesystem

import rego.v1

import data.lib.containers

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	problem := containers.writable_root(index, container)
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no read-only root file system"}
}
