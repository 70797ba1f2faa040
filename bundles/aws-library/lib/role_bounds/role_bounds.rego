# METADATA
# title: Bounds of roles
# description: |
#   What a role allows beyond policies that are known to be enough. A statement is within these when one of theirs has
#   its action, its resource, and no condition that the statement does not have as well, with the same values or fewer.
package lib.role_bounds

import rego.v1

import data.lib.grants
import data.lib.policy_documents

# The grants of a role (`lib.grants`) beyond `policies`, lists of statements by the names of AWS's policies that have them:
# a policy of AWS by one of these names is within them, whatever its statements have become.
beyond(role, policies) := [grant |
	rights := grants.of(role)
	enough := [statement | some statements in policies; some statement in statements]
	some entry in rights.allowing
	not _is_known(entry.policy.arn, policies)
	some action, pattern in _actions(entry.statement)
	some resource in _resources(entry.statement)
	not _is_within(entry.statement, pattern, resource, enough)
	not _is_taken_back(rights, pattern, resource)
	grant := {"entry": entry, "action": action, "resource": grants.resources(entry.statement)}
]

_is_known(arn, policies) if {
	is_string(arn)
	contains(arn, ":iam::aws:policy/")
	parts := split(arn, "/")
	count(policies[parts[count(parts) - 1]]) > 0
}

# The patterns of a statement's actions, by how messages name them.
_actions(statement) := {action: "*"} if {
	action := sprintf("everything but %s", [concat(", ", policy_documents.texts(statement.NotAction))])
} else := {action: lower(action) | some action in policy_documents.texts(statement.Action)}

_resources(statement) := ["*"] if {
	statement.NotResource
} else := policy_documents.texts(statement.Resource)

_is_within(statement, action, resource, enough) if {
	some wide in enough
	_includes(wide, action, resource)
	_has_conditions_of(statement, wide)
}

_includes(wide, action, resource) if {
	some pattern in policy_documents.texts(wide.Action)
	policy_documents.includes(lower(pattern), action)
	some name in policy_documents.texts(wide.Resource)
	policy_documents.includes(_here(name), resource)
}

# The policies are as in the partition `aws`.
_here(name) := sprintf("arn:%s:%s", [input.account.partition, trim_prefix(name, "arn:aws:")]) if {
	startswith(name, "arn:aws:")
} else := name

_has_conditions_of(statement, wide) if {
	every operator, keys in object.get(wide, "Condition", {}) {
		every key, values in keys {
			_has_condition(statement, operator, key, policy_documents.list(values))
		}
	}
}

_has_condition(statement, operator, key, values) if {
	some name, own in statement.Condition[operator]
	lower(name) == lower(key)
	every value in policy_documents.list(own) {
		value in values
	}
}

# A denial takes back a whole pattern, and a permissions boundary all that it can have nothing of.
_is_taken_back(rights, action, resource) if {
	some entry in array.concat(rights.own, rights.boundary)
	grants.is_denial(entry.statement)
	_includes(entry.statement, action, resource)
}

_is_taken_back(rights, action, _) if {
	rights.bounded == true
	count([entry | some entry in rights.boundary; _may_have(entry.statement, action)]) == 0
}

_may_have(statement, action) if {
	statement.Effect == "Allow"
	some pattern in policy_documents.texts(statement.Action)
	policy_documents.overlap(lower(pattern), action)
}

_may_have(statement, _) if {
	statement.Effect == "Allow"
	statement.NotAction
}
