# METADATA
# title: Standalone ECS tasks are started by an approved pipeline
# description: |
#   A service starts the tasks that somebody deployed; everything else that starts a task, a person, a schedule or a
#   workflow, leaves its mark in `startedBy` and `group`. The control fails for each task outside services whose
#   `startedBy` matches none of the parameter `unapproved_start.started_by` and whose `group` matches none of
#   `unapproved_start.groups`; an entry that ends in `*` matches what begins like it. While both lists are empty, no task
#   is judged. Whoever starts a task chooses both texts, so this finds what went past the pipeline by habit, not an
#   attacker who imitates it. Tasks of services, and tasks that have stopped, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
# custom:
#   id: TK01
#   severity: medium
#   resources: ecs.tasks
#   covers: {}
#   parameters: [unapproved_start]
#   remediation:
#     text: |
#       Look in CloudTrail for the `RunTask` or `StartTask` call that named the task, stop the task, and limit those two
#       actions to the pipeline's role. If what started it is approved, add it to `unapproved_start`.
package tidewaiter.controls.task.unapproved_start

import rego.v1

import data.lib.arns
import data.lib.tasks

params := data.params.unapproved_start

judges if count(params.started_by) + count(params.groups) > 0

deny contains violation if {
	judges
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	not of_service(task)
	not approved(task)
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q was started by %q in group %q, expected what the parameter unapproved_start approves",
			[arns.name(arn), object.get(task, "startedBy", ""), object.get(task, "group", "")],
		),
		"evidence": {
			"path": "startedBy",
			"value": object.get(task, "startedBy", null),
			"group": object.get(task, "group", null),
		},
	}
}

exclude contains exclusion if {
	not judges
	some arn, _ in input.ecs.tasks
	exclusion := {
		"resource": arn,
		"reason": "the parameters unapproved_start.started_by and groups are empty",
	}
}

exclude contains exclusion if {
	judges
	some exclusion in tasks.excluded_as_stopped
}

exclude contains exclusion if {
	judges
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	of_service(task)
	exclusion := {"resource": arn, "reason": "a service started the task"}
}

# A service names itself in the group, and its deployment or task set in `startedBy`.
of_service(task) if {
	startswith(task.group, "service:")
	startswith(task.startedBy, "ecs-svc/")
}

approved(task) if {
	some pattern in params.started_by
	matches(task.startedBy, pattern)
}

approved(task) if {
	some pattern in params.groups
	matches(task.group, pattern)
}

matches(text, pattern) if text == pattern

matches(text, pattern) if {
	endswith(pattern, "*")
	startswith(text, trim_suffix(pattern, "*"))
}
