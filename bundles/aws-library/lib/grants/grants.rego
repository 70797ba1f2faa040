# METADATA
# title: Grants of roles
# description: |
#   Whether a role may do something to one resource, as its own policies and its permissions boundary say. Policies of
#   the organization and of sessions are not in the document; a statement with a condition that may exclude the resource
#   grants nothing here, and a denial with a condition denies nothing.
package lib.grants

import rego.v1

# True when the role may do `action`, in lower case, to the resource with this ARN, whatever its tags are.
allows(role, action, resource) if {
	some statement in _identity(role)
	_covers(statement, "Allow", action, resource)
	not _conditional(statement)
	not _denied(_identity(role), action, resource)
	_within_boundary(role, action, resource)
}

_within_boundary(role, _, _) if not role.PermissionsBoundary

_within_boundary(role, action, resource) if {
	statements := _managed(role.PermissionsBoundary.PermissionsBoundaryArn)
	some statement in statements
	_covers(statement, "Allow", action, resource)
	not _conditional(statement)
	not _denied(statements, action, resource)
}

_denied(statements, action, resource) if {
	some statement in statements
	_covers(statement, "Deny", action, resource)
	count(object.get(statement, "Condition", {})) == 0
}

_identity(role) := array.concat(
	[statement |
		some policy in role.RolePolicyList
		some statement in _list(policy.PolicyDocument.Statement)
	],
	[statement |
		some attached in role.AttachedManagedPolicies
		some statement in _managed(attached.PolicyArn)
	],
)

_managed(arn) := [statement |
	some version in input.iam.policies[arn].PolicyVersionList
	version.IsDefaultVersion == true
	some statement in _list(version.Document.Statement)
]

_covers(statement, effect, action, resource) if {
	statement.Effect == effect
	_names(statement, "Action", "NotAction", action)
	_names(statement, "Resource", "NotResource", resource)
}

_names(statement, member, _, text) if {
	some pattern in _list(statement[member])
	_matches(pattern, text)
}

_names(statement, _, inverse, text) if {
	patterns := _list(statement[inverse])
	count([pattern | some pattern in patterns; _matches(pattern, text)]) == 0
}

# Only actions are compared without regard to case, and only they have no slash.
_matches(pattern, text) if {
	not contains(text, "/")
	glob.match(lower(pattern), [], text)
}

_matches(pattern, text) if {
	contains(text, "/")
	glob.match(pattern, [], text)
}

# The keys of conditions that say for whom, or where, and not which resource.
_harmless := {
	"aws:sourceaccount",
	"aws:sourcearn",
	"ecs:cluster",
	"iam:associatedresourcearn",
	"iam:passedtoservice",
}

_conditional(statement) if {
	some keys in statement.Condition
	some key, _ in keys
	not lower(key) in _harmless
}

_list(value) := value if is_array(value)

_list(value) := [value] if not is_array(value)
