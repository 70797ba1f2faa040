# METADATA
# title: Running ECS tasks run the newest ACTIVE revision of their task definition
# description: |
#   A task keeps the revision with which it started: what a newer one corrects reaches it only when it is replaced, and a
#   revision that was deregistered was meant to run no longer. The control fails when the task definition of a task has
#   any status but `ACTIVE`, and when its family has a newer ACTIVE revision that was registered more than
#   `superseded_revision.grace_days` days before; 0, the default, means at once, so that a task also fails while a
#   deployment is about to replace it. A task definition that is not in the document gives no violation. Tasks that have
#   stopped are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-task-definition-console-v2.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
# custom:
#   id: TK05
#   severity: medium
#   resources: ecs.tasks
#   covers: {}
#   parameters: [superseded_revision]
#   remediation:
#     text: |
#       Move what starts the task, its service, schedule or pipeline, to the newest revision, then replace the task. If
#       the newer revision is not meant to run, deregister it; let revisions that are meant for different purposes have
#       families of their own.
package tidewaiter.controls.task.superseded_revision

import rego.v1

import data.lib.arns
import data.lib.moments
import data.lib.revisions
import data.lib.tasks

grace_days := data.params.superseded_revision.grace_days

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	status := input.ecs.task_definitions[task.taskDefinitionArn].status
	status != "ACTIVE"
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q runs the %s revision %q, expected an ACTIVE one",
			[arns.name(arn), status, revisions.label(task.taskDefinitionArn)],
		),
		"evidence": {"path": "taskDefinitionArn", "value": task.taskDefinitionArn, "status": status},
	}
}

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	newer := revisions.newer(task.taskDefinitionArn)
	not in_grace(newer)
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q runs revision %q, expected the newer %q",
			[arns.name(arn), revisions.label(task.taskDefinitionArn), revisions.label(newer)],
		),
		"evidence": {"path": "taskDefinitionArn", "value": task.taskDefinitionArn, "expected": newer},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped

in_grace(arn) if {
	grace_days > 0
	moments.days_since(input.ecs.task_definitions[arn].registeredAt) <= grace_days
}
