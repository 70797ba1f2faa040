# METADATA
# title: Task roles cannot gain further rights
# description: |
#   Some actions let whoever has them give themselves more: by writing a policy, by making credentials of somebody else, or
#   by starting something with a role that can do more, which needs `iam:PassRole`. With such a task role a container is as
#   good as the strongest role of the account. The control looks at each role that tasks in use have as their task role,
#   overrides of tasks and of launches included, and fails when its policies open one of the ways of
#   `task_role_escalation.ways`: every action of the way must be allowed. Actions on policies, roles, users, groups and
#   what runs already count when they are allowed on every resource of their kind, or on the role itself and the policies
#   of the account that it has; those that make something new count on whatever resource; and `iam:PassRole` counts when
#   it is allowed for every role and to the service that the way needs. Passing, assuming or changing roles that a policy
#   names is not judged, since that takes knowing what these can do. Conditions count that confine the statement for sure:
#   on tags of the resource, on `iam:PolicyARN` or `iam:PermissionsBoundary`, and on `iam:PassedToService`; so do denials
#   without a condition and the permissions boundary. A role fails too when it has a policy that is not among those of
#   IAM. Roles that no task has as its task role are not applicable.
# related_resources:
#   - https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
#   - https://pathfinding.cloud/paths
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# custom:
#   id: RL05
#   severity: high
#   resources: iam.roles
#   covers:
#     checkov: [CKV_AWS_286]
#     cloudsplaining: [PrivilegeEscalation]
#     prowler: [iam_inline_policy_allows_privilege_escalation, iam_policy_allows_privilege_escalation]
#   remediation:
#     text: |
#       Take the actions from the role, or name what they are for: `{"Effect": "Allow", "Action": "iam:PassRole", "Resource":
#       "arn:aws:iam::ACCOUNT:role/NAME", "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}`.
#       Where a role has to manage IAM, give it a permissions boundary, and allow `iam:PutRolePolicy`,
#       `iam:AttachRolePolicy` and `iam:CreateRole` only under a condition on `iam:PermissionsBoundary`. A way that is
#       meant stands in `task_role_escalation.accepted`.
package tidewaiter.controls.role.task_role_escalation

import rego.v1

import data.lib.arns
import data.lib.conditions
import data.lib.grants
import data.lib.policy_documents
import data.lib.task_roles
import data.lib.wording

params := data.params.task_role_escalation

deny contains violation if {
	some arn, users in task_roles.of_tasks
	found := open(arn, input.iam.roles[arn])
	count(found) > 0
	entries := {entry | some way in found; some entry in way.entries}
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, the task role of %s, can gain further rights by %s, which %s allows, expected no such way",
			[
				arns.name(arn),
				wording.few(users),
				wording.few({sprintf("%s (%s)", [name, concat(", ", way.actions)]) | some name, way in found}),
				wording.few({grants.place(entry) | some entry in entries}),
			],
		),
		"evidence": {
			"path": sort({grants.path(entry) | some entry in entries})[0],
			"value": sort(object.keys(found)),
			"statements": sort({grants.path(entry) | some entry in entries}),
			"used_by": sort(users),
		},
	}
}

deny contains violation if {
	some arn, users in task_roles.of_tasks
	violation := grants.unseen_violation(arn, "the task role", users)
}

exclude contains exclusion if some exclusion in task_roles.excluded

# The ways that are open to a role, by name: the `actions` of each, and the `entries` of the policies that allow them.
open(arn, role) := {way.name: {"actions": actions(way), "entries": entries} |
	rights := grants.about(grants.among(grants.of(role), services), named)
	count(rights.allowing) > 0
	some way in params.ways
	not way.name in params.accepted
	steps := array.concat(array.concat(
		[on_any(rights, arn, role, step) | some step in object.get(way, "on_any", [])],
		[with_any(rights, lower(action)) | some action in object.get(way, "with", [])],
	), [passing(rights, service) | service := way.passed_to])
	every step in steps {
		count(step) > 0
	}
	entries := {entry | some step in steps; some entry in step}
}

# The actions that are steps of a way, in lower case, and their services.
named := {lower(action) | some way in params.ways; some action in actions(way)}

services := {split(action, ":")[0] | some action in named}

actions(way) := array.concat(
	array.concat(
		["iam:PassRole" | way.passed_to],
		[step.action | some step in object.get(way, "on_any", [])],
	),
	object.get(way, "with", []),
)

# The statements that allow an action on every resource of a kind, or on the role itself.
on_any(rights, arn, role, step) := grants.granting_all(rights, lower(step.action), step.kind) | {entry |
	some resource in own(arn, role, step.kind)
	some entry in grants.granting(rights, lower(step.action), resource)
}

own(arn, _, "iam:role/") := {arn}

own(_, role, "iam:policy/") := {attached.PolicyArn |
	some attached in role.AttachedManagedPolicies
	not contains(attached.PolicyArn, ":iam::aws:")
}

own(_, _, kind) := set() if not kind in {"iam:policy/", "iam:role/"}

# The statements that allow an action on whatever resource.
with_any(rights, action) := {entry |
	some entry in rights.allowing
	policy_documents.covers_action(entry.statement, action)
	some resource in grants.examples(entry.statement)
	grants.keeps(rights, action, resource)
}

# The statements that allow passing every role to a service.
passing(rights, service) := {entry |
	some entry in grants.granting_all(rights, "iam:passrole", "iam:role/")
	not passes_elsewhere(entry.statement, service)
}

passes_elsewhere(statement, service) if {
	some requirement in conditions.required(statement)
	requirement.key == "iam:passedtoservice"
	every value in requirement.values {
		not policy_documents.matches(value, service)
	}
}
