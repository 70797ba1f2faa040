# METADATA
# title: Passing roles
# description: |
#   Which roles the grants of `iam:PassRole` in `input.iam.access` let a principal pass to tasks.
package lib.passing

import rego.v1

import data.lib.access
import data.lib.policy_documents

tasks := "ecs-tasks.amazonaws.com"

# The grants by which a principal may pass roles to tasks.
to_tasks(principal) := [found |
	some found in access.grants(principal, {"iam:PassRole"})
	not _is_for_others(found.grant)
]

# A statement for other services alone gives nothing to tasks.
_is_for_others(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	bound.binding == "required"
	is_array(object.get(bound, "one_of", null))
	count([service | some service in bound.one_of; policy_documents.matches(service, tasks)]) == 0
}

_is_for_others(grant) if {
	some bound in access.bounds(grant, "iam:PassedToService")
	some service in bound.none_of
	policy_documents.matches(service, tasks)
}

# Those of a grant's resources that name no role, not even by the beginning of its name or path.
unnamed(grant) := {pattern |
	some pattern in grant.resources
	some role in _any_roles
	policy_documents.matches(pattern, role)
}

_any_roles := {
	sprintf("arn:%s:iam::%s:role/~any~", [input.account.partition, input.account.id]),
	sprintf("arn:%s:iam::%s:role/~any~/~any~", [input.account.partition, input.account.id]),
}

# True when a grant is about any role there is, without exception.
is_for_any(grant) if {
	count(unnamed(grant)) > 0
	count(object.get(grant, "except", [])) == 0
}

# True when a grant is about the role with this ARN.
is_passable(grant, role) if {
	some pattern in grant.resources
	policy_documents.matches(pattern, role)
	count([except | some except in object.get(grant, "except", []); policy_documents.matches(except, role)]) == 0
}

# A statement that names what may be passed.
named_roles := {
	"Effect": "Allow",
	"Action": "iam:PassRole",
	"Resource": sprintf("arn:%s:iam::%s:role/PATH/*", [input.account.partition, input.account.id]),
	"Condition": {"StringEquals": {"iam:PassedToService": tasks}},
}
