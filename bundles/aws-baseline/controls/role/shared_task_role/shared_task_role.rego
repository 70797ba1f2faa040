# METADATA
# title: Each application has a task role of its own
# description: |
#   A task role that several applications share allows each of them what any of them needs, and CloudTrail shows one name
#   for all. The control looks at each role that tasks in use have as their task role and fails when more families of task
#   definitions, daemons and Express Mode services run with it than `shared_task_role.max_families`, which is one.
#   Families count that services, deployments, task sets, running tasks, EventBridge rules and schedules name, with the
#   roles that tasks and launches override; revisions of one family count once. Other Regions are not in the document.
#   Roles that no task has as its task role are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
# custom:
#   id: RL04
#   severity: low
#   resources: iam.roles
#   covers: {}
#   remediation:
#     text: |
#       Create a role for each family with what that one calls, register a revision of it that names the role as
#       `taskRoleArn`, and move services and schedules to it. Families that are one application, such as a web server and
#       the migrations of its database, may share: raise `shared_task_role.max_families`, or make an exception for the
#       role.
package tidewaiter.controls.role.shared_task_role

import rego.v1

import data.lib.arns
import data.lib.task_roles
import data.lib.wording

max_families := data.params.shared_task_role.max_families

deny contains violation if {
	some arn, users in task_roles.of_tasks
	count(users) > max_families
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q is the task role of %d applications (%s), expected at most %d",
			[arns.name(arn), count(users), wording.few(users), max_families],
		),
		"evidence": {
			"path": "Arn",
			"value": count(users),
			"expected": max_families,
			"used_by": sort(users),
		},
	}
}

exclude contains exclusion if some exclusion in task_roles.excluded
