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
#   covers:
#     aws-guard-rules: [iam_role_no_wildcard_resource_on_passrole]
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name the roles and the service: `{"Effect": "Allow", "Action": "iam:PassRole", "Resource":
#       "arn:aws:iam::ACCOUNT:role/ecs/*", "Condition": {"StringEquals": {"iam:PassedToService":
#       "ecs-tasks.amazonaws.com"}}}`.
package tidewaiter.controls.principal.unlimited_role_passing

import rego.v1

import data.lib.access
import data.lib.passing
import data.lib.policy_documents

deny contains violation if {
	some arn, principal in access.judged
	starts_tasks(principal)
	some found in passing.to_tasks(principal)
	some missing in lacking(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": missing.how,
		"says": missing.says,
		"fix": [passing.named_roles],
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
	count(passing.to_tasks(principal)) > 0
}

starts_tasks(principal) if count(access.held(principal, access.ways_to_start)) > 0

lacking(grant) := {missing |
	not names_service(grant)
	missing := {"how": "iam:PassedToService may be any service", "says": sprintf("%s alone", [passing.tasks])}
} | {missing |
	some pattern in passing.unnamed(grant)
	missing := {"how": sprintf("%s means any role", [pattern]), "says": "named roles"}
}

names_service(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	bound.binding == "required"
	every service in bound.one_of {
		not policy_documents.matches(service, "any-service.amazonaws.com")
	}
}
