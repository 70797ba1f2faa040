# METADATA
# title: Running ECS tasks run revisions without violations
# description: |
#   A control of task definitions says what is wrong with a revision; this one says where it runs. It fails for each
#   control of task definitions that finds something in the revision of a running task, whoever started the task, and
#   names the control's folder; what exactly is wrong stands in that control's finding on the revision. Which controls
#   count is the parameter `violating_revision.controls`. An exception for a finding on the revision does not cover the
#   task. A revision that is not in the document gives no violation. Tasks that have stopped are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
# custom:
#   id: TK10
#   severity: high
#   resources: ecs.tasks
#   covers:
#     cloud-custodian: [ecs-task.task-definition]
#   parameters: [violating_revision]
#   remediation:
#     text: |
#       Register a revision without the violation, as the finding on the revision says, move what starts the task, its
#       service, schedule or pipeline, to it, and replace the task.
package tidewaiter.controls.task.violating_revision

import rego.v1

import data.lib.arns
import data.lib.revisions
import data.lib.tasks
import data.lib.violations

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some control in violations.of_revision[task.taskDefinitionArn]
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q runs revision %q, which violates %s, expected a revision without violations",
			[arns.name(arn), revisions.label(task.taskDefinitionArn), control],
		),
		"evidence": {"path": "taskDefinitionArn", "value": task.taskDefinitionArn, "control": control},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped
