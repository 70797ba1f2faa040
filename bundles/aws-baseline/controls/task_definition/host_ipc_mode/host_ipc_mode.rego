# METADATA
# title: Task definitions do not share the IPC namespace of the host
# description: |
#   With `ipcMode: host`, the containers reach the shared memory, semaphores and message queues of the instance and of
#   every other task that shares it, and can read or corrupt what stands there. `task` shares them among the task's
#   own containers, `none` keeps them private to each, and without a value the container runtime's default holds,
#   which is private too. No AWS control looks at this. A mode that is not known fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
# custom:
#   id: TD03
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [hostIPC]
#   remediation:
#     text: |
#       Register a revision without `ipcMode`, or with `task` where containers of one task exchange data through
#       shared memory. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.host_ipc_mode

import rego.v1

import data.lib.host_modes

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	problem := host_modes.problem(definition, "ipcMode")
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}
