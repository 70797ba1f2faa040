# METADATA
# title: Running ECS tasks do not have ECS Exec on outside the clusters where it is allowed
# description: |
#   ECS Exec is fixed when a task starts: a task that was started with it keeps it after its service was corrected, and
#   tasks without a service choose it for themselves. The control fails when `enableExecuteCommand` of a task is true,
#   unless its cluster carries the tag of the parameters `exec_allowed.cluster_tag_key` and `cluster_tag_values`;
#   without a key, ECS Exec is allowed nowhere. With a key, a task whose cluster is not in the document gives no
#   violation. Tasks that have stopped are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
# custom:
#   id: TK03
#   severity: high
#   resources: ecs.tasks
#   covers: {}
#   parameters: [exec_allowed]
#   remediation:
#     text: |
#       Turn ECS Exec off where the task is started, in its service or in the call of RunTask, and replace the task:
#       force a new deployment of the service, or stop the task. If the cluster is meant for it, give the cluster the
#       tag that allows ECS Exec.
package tidewaiter.controls.task.exec_on_running_task

import rego.v1

import data.lib.arns
import data.lib.exec
import data.lib.tasks

deny contains violation if {
	some arn, task in input.ecs.tasks
	task.enableExecuteCommand == true
	not tasks.stopped(task)
	exec.forbidden(task.clusterArn)
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q in cluster %q has ECS Exec on, expected %s",
			[arns.name(arn), arns.name(task.clusterArn), exec.expectation],
		),
		"evidence": {
			"path": "enableExecuteCommand",
			"value": true,
			"expected": false,
			"cluster": task.clusterArn,
		},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped
