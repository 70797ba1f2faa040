# METADATA
# title: Nobody gains the rights of an administrator through a task
# description: |
#   Whoever may start a task and pass a role to it runs commands with the rights of that role. The control looks at
#   each user and role that may call `iam:PassRole` for tasks and go one of the ways by which a task gets a role:
#   register a definition and run, start, or create or update a service, task set or daemon from it, override the role
#   of a task that is run or started, or create an Express service. It fails when a statement lets it pass a role that
#   tasks can take and that may change what others may do, or when it may pass any role there is. What a principal may
#   do itself makes no difference.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# custom:
#   id: IA16
#   severity: high
#   resources: iam.access
#   covers:
#     checkov: [CKV_AWS_110, CKV_AWS_286]
#     cloudsplaining: [PrivilegeEscalation]
#     prowler: [iam_inline_policy_allows_privilege_escalation, iam_policy_allows_privilege_escalation]
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name the roles that may be passed, `{"Effect": "Allow", "Action": "iam:PassRole", "Resource":
#       "arn:aws:iam::ACCOUNT:role/PATH/*", "Condition": {"StringEquals": {"iam:PassedToService":
#       "ecs-tasks.amazonaws.com"}}}`, keep administrators out of that path, and let no task take their roles.
package tidewaiter.controls.principal.escalation_by_task

import rego.v1

import data.lib.access
import data.lib.arns
import data.lib.grants
import data.lib.passing
import data.lib.trust

deny contains violation if {
	some arn, principal in access.judged
	open := ways(principal)
	count(open) > 0
	some found in passing.to_tasks(principal)
	some danger in dangers(found.grant)
	violation := access.finding(arn, found.grant, {"iam:PassRole"} | union({actions | some _, actions in open}), {
		"how": danger.how,
		"says": danger.says,
		"ways": sort(object.keys(open)),
		"fix": [passing.named_roles],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, principal in access.judged
	not can_give_roles(principal)
	exclusion := {"resource": arn, "reason": "its policies do not allow it to start tasks with roles that it passes"}
}

can_give_roles(principal) if {
	count(ways(principal)) > 0
	count(passing.to_tasks(principal)) > 0
}

dangers(grant) := {danger |
	passing.is_for_any(grant)
	some pattern in passing.unnamed(grant)
	danger := {"how": sprintf("%s means any role", [pattern]), "says": "named roles"}
} | {danger |
	not passing.is_for_any(grant)
	some role in administrators
	passing.is_passable(grant, role)
	danger := {
		"how": sprintf("role %q may be passed, which may change what others may do", [arns.name(role)]),
		"says": "roles without such rights",
	}
}

# Roles that tasks can take, and that may change what others may do.
administrators contains arn if {
	some arn, role in input.iam.roles
	some assumer in trust.assumers(role)
	trust.is_tasks(assumer)
	rights := grants.of(role)
	some probe in probes
	count(grants.granting_all(rights, probe.action, probe.kind)) > 0
}

probes := [
	{"action": "iam:attachrolepolicy", "kind": "iam:role/"},
	{"action": "iam:createpolicyversion", "kind": "iam:policy/"},
	{"action": "iam:putrolepolicy", "kind": "iam:role/"},
	{"action": "iam:putuserpolicy", "kind": "iam:user/"},
]

# The ways by which a task gets a role that are open to a principal, with the actions that they take.
ways(principal) := {name: actions |
	some name, actions in all_ways
	count(access.held(principal, actions)) == count(actions)
}

all_ways := {
	"create a daemon from a new definition": {"ecs:RegisterDaemonTaskDefinition", "ecs:CreateDaemon"},
	"create a service from a new definition": {"ecs:RegisterTaskDefinition", "ecs:CreateService"},
	"create a task set from a new definition": {"ecs:RegisterTaskDefinition", "ecs:CreateTaskSet"},
	"create an Express service": {"ecs:CreateExpressGatewayService"},
	"run a task with another role": {"ecs:RunTask"},
	"start a task with another role": {"ecs:StartTask"},
	"update a daemon to a new definition": {"ecs:RegisterDaemonTaskDefinition", "ecs:UpdateDaemon"},
	"update a service to a new definition": {"ecs:RegisterTaskDefinition", "ecs:UpdateService"},
}
