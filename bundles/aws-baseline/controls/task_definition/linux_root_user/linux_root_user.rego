# METADATA
# title: Linux containers run as a user other than root
# description: |
#   Root in a container is root in every file that is mounted into it, and one kernel or runtime bug away from root on
#   the instance. The control reads `user`: `root`, a user id of 0 and a user that is not set are root, whatever group
#   stands behind them. Without `user` the image's own USER holds, which the definition does not show and which the
#   next image can change, so it fails, as in Security Hub's ECS.20. Definitions for Windows are left to TD08.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-20
# custom:
#   id: TD07
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-linux-user-non-root, ecs-task-definition-nonroot-user]
#     control-tower: [CT.ECS.PR.3]
#     powerpipe: [ecs_task_definition_no_root_user]
#     security-hub: [ECS.20]
#     trend-vision-one: [runAsNonRoot]
#   remediation:
#     text: |
#       Register a revision whose containers each set `user` to a user id of their own, such as `1000:1000`; a name
#       works only if the image knows it. Give that user the files that it writes, and let the container listen on a
#       port above 1023. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.linux_root_user

import rego.v1

import data.lib.containers
import data.lib.users

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	problem := users.root_of(index, container)
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no root; TD08 judges it"}
}
