# METADATA
# title: Roles of rules and schedules may run and pass only what they need
# description: |
#   Whoever can change the target of a rule or schedule starts tasks with the rights of its role: when that role may run
#   any task definition, or pass any role to it, that is every right in the account that tasks can have. The control
#   looks at each role that an EventBridge rule or a schedule of EventBridge Scheduler runs tasks with, disabled or not,
#   and fails when its policies, its permissions boundary and its unconditional denials considered, allow `iam:PassRole`
#   on any role, or `ecs:RunTask` on any task definition. A condition counts when it confines the statement to some
#   resources for sure, as one on their tags does; those on `iam:PassedToService` and `ecs:cluster` do not, nor do those
#   that hold for requests without the key. AWS's own `AmazonEC2ContainerServiceEventsRole` fails. Roles that run no tasks
#   in this way are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
#   - https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
# custom:
#   id: EV03
#   severity: high
#   resources: iam.roles
#   covers: {}
#   remediation:
#     text: |
#       Replace the role's policies by one that allows `ecs:RunTask` on the families that it starts, with a condition on
#       `ecs:cluster`, and `iam:PassRole` on their task roles and task execution roles, with a condition on
#       `iam:PassedToService`.
package tidewaiter.controls.role.unlimited_launch_role

import rego.v1

import data.lib.arns
import data.lib.grants
import data.lib.launches

# Resources that no policy means unless it means all of their kind.
probes := {
	"iam:PassRole": {
		"noun": "pass any role",
		"arn": sprintf("arn:%s:iam::%s:role/any-role", [input.account.partition, input.account.id]),
	},
	"ecs:RunTask": {
		"noun": "run any task definition",
		"arn": sprintf(
			"arn:%s:ecs:%s:%s:task-definition/any-family:1",
			[input.account.partition, input.region, input.account.id],
		),
	},
}

deny contains violation if {
	some arn, starters in used_by
	role := input.iam.roles[arn]
	some action, probe in probes
	grants.allows(role, lower(action), probe.arn)
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, with which %s runs tasks, may %s, expected %s on named resources alone",
			[arns.name(arn), concat(" and ", sort(starters)), probe.noun, action],
		),
		"evidence": {
			"path": "RolePolicyList, AttachedManagedPolicies",
			"value": action,
			"used_by": sort(starters),
		},
	}
}

exclude contains exclusion if {
	some arn, _ in input.iam.roles
	not used_by[arn]
	exclusion := {"resource": arn, "reason": "no rule and no schedule runs tasks with the role"}
}

# The rules and schedules that run tasks with a role, by the role's ARN.
used_by[launch.role] contains starter if {
	some starter, body in input.events.rules
	some launch in launches.of(body)
	is_string(launch.role)
}

used_by[launch.role] contains starter if {
	some starter, body in input.scheduler.schedules
	some launch in launches.of(body)
	is_string(launch.role)
}
