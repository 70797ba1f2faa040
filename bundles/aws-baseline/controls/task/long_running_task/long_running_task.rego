# METADATA
# title: ECS tasks are replaced within the allowed time
# description: |
#   A task takes up patches of its image, of the platform under it and of its configuration only when it is replaced. The
#   control fails for each task that has been running for more days than the parameter `long_running_task.max_days` says;
#   while that is 0, no task is judged. The age is counted until the moment when the document was taken. Tasks that have
#   not started yet, and tasks that have stopped, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
# custom:
#   id: TK07
#   severity: medium
#   resources: ecs.tasks
#   covers: {}
#   parameters: [long_running_task]
#   remediation:
#     text: |
#       Build the image anew on a patched base, and force a new deployment of the service, or stop the task and let what
#       starts it start another. Do so on a schedule.
package tidewaiter.controls.task.long_running_task

import rego.v1

import data.lib.arns
import data.lib.moments
import data.lib.tasks

max_days := data.params.long_running_task.max_days

deny contains violation if {
	max_days > 0
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	days := moments.days_since(task.startedAt)
	days > max_days
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q has been running for %d days, expected at most %v",
			[arns.name(arn), floor(days), max_days],
		),
		"evidence": {"path": "startedAt", "value": task.startedAt, "max_days": max_days},
	}
}

exclude contains exclusion if {
	max_days <= 0
	some arn, _ in input.ecs.tasks
	exclusion := {"resource": arn, "reason": "the parameter long_running_task.max_days is 0"}
}

exclude contains exclusion if {
	max_days > 0
	some exclusion in tasks.excluded_as_stopped
}

exclude contains exclusion if {
	max_days > 0
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	object.get(task, "startedAt", null) == null
	exclusion := {"resource": arn, "reason": "the task has not started yet"}
}
