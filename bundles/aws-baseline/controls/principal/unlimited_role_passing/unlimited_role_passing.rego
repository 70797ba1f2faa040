# METADATA
# title: Roles may only be passed to tasks by name
# description: |
#   Whoever may pass any role to a task has the rights of every role that tasks can have. The control looks at each
#   user and role that may call `iam:PassRole` and start tasks or register what they run, and fails when a statement
#   lets it pass roles to tasks without `iam:PassedToService` being required to be one of a list of services, or on
#   roles that it does not name, if only by the beginning of a name. A statement for other services than
#   `ecs-tasks.amazonaws.com` alone is none of its business.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# custom:
#   id: IA17
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name the roles and the service: `{"Effect": "Allow", "Action": "iam:PassRole", "Resource":
#       "arn:aws:iam::ACCOUNT:role/ecs/*", "Condition": {"StringEquals": {"iam:PassedToService":
#       "ecs-tasks.amazonaws.com"}}}`.
package tidewaiter.controls.principal.unlimited_role_passing

import rego.v1

import data.lib.access
import data.lib.arns

deny contains violation if {
	some arn, principal in access.judged
	starts_tasks(principal)
	some found in access.grants(principal, {"iam:PassRole"})
	is_for_tasks(found.grant)
	some missing in lacking(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": missing.how,
		"says": missing.says,
		"fix": [{
			"Effect": "Allow",
			"Action": "iam:PassRole",
			"Resource": sprintf("arn:%s:iam::%s:role/PATH/*", [input.account.partition, input.account.id]),
			"Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
		}],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, principal in access.judged
	not passes_to_tasks(principal)
	exclusion := {"resource": arn, "reason": "its policies do not allow it to pass roles to tasks and to start these"}
}

passes_to_tasks(principal) if {
	starts_tasks(principal)
	some found in access.grants(principal, {"iam:PassRole"})
	is_for_tasks(found.grant)
}

starts_tasks(principal) if count(access.held(principal, access.ways_to_start)) > 0

# A statement for other services alone gives nothing to tasks.
is_for_tasks(grant) if not is_for_others(grant)

is_for_others(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	bound.binding == "required"
	count([service | some service in bound.one_of; arns.like("ecs-tasks.amazonaws.com", service)]) == 0
}

is_for_others(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	some service in bound.none_of
	arns.like("ecs-tasks.amazonaws.com", service)
}

lacking(grant) := {missing |
	not names_service(grant)
	missing := {"how": "iam:PassedToService may be any service", "says": "ecs-tasks.amazonaws.com alone"}
} | {missing |
	some pattern in grant.resources
	some role in any_roles
	arns.like(role, pattern)
	missing := {"how": sprintf("%s means any role", [pattern]), "says": "named roles"}
}

names_service(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	bound.binding == "required"
	every service in bound.one_of {
		not contains(service, "*")
	}
}

# Roles that no statement means unless it means all of them, or all below the root.
any_roles := {
	sprintf("arn:%s:iam::%s:role/~any~", [input.account.partition, input.account.id]),
	sprintf("arn:%s:iam::%s:role/~any~/~any~", [input.account.partition, input.account.id]),
}
