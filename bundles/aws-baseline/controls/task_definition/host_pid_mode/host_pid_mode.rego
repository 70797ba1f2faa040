# METADATA
# title: Task definitions do not share the process namespace of the host
# description: |
#   With `pidMode: host`, the containers see every process of the instance: the command lines and environments of
#   other tasks, and with enough rights the processes themselves. `task` shares the namespace among the task's own
#   containers only, and without a value each container has its own. Security Hub's ECS.3 fails on `host`; this
#   control also fails on a mode that it does not know.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-3
# custom:
#   id: TD02
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-pid-mode-check]
#     checkov: [CKV_AWS_335]
#     control-tower: [CT.ECS.PR.10]
#     powerpipe: [ecs_task_definition_no_host_pid_mode]
#     prowler: [ecs_task_definitions_host_namespace_not_shared]
#     security-hub: [ECS.3]
#     trend-vision-one: [hostPID]
#   remediation:
#     text: |
#       Register a revision without `pidMode`, or with `task` where sidecars watch the processes of their own task.
#       Move the services, schedules and pipelines that start the old revision to the new one, then deregister the old
#       one. A monitoring agent that needs every process of the instance belongs on the instance, not into a task.
package tidewaiter.controls.task_definition.host_pid_mode

import rego.v1

import data.lib.host_modes

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	problem := host_modes.problem(definition, "pidMode")
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}
