# METADATA
# title: Conditions of statements
# description: |
#   What a condition holds a statement to for sure. Operators that negate, and those that hold for requests without the
#   key (`…IfExists`, `ForAllValues:`), are taken to hold it to nothing.
package lib.conditions

import rego.v1

import data.lib.policy_documents

# The keys, in lower case, that a request must carry for the statement to apply, with the values that it may then have:
# a set of {"key", "values"}, of which all must hold.
required(statement) := {requirement |
	is_object(statement.Condition)
	some operator, keys in statement.Condition
	trim_prefix(operator, "ForAnyValue:") in _operators
	is_object(keys)
	some key, listed in keys
	values := policy_documents.list(listed)
	count(values) > 0
	requirement := {"key": lower(key), "values": values}
}

_operators := {"ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}

# True when a condition lets the statement apply to some resources only, or for some of what can be done with them.
confine(statement) if {
	some requirement in required(statement)
	_says_which(requirement.key)
	every value in requirement.values {
		is_string(value)
		not policy_documents.is_anything(value)
	}
}

_says_which(key) if contains(key, ":resourcetag/")

_says_which(key) if startswith(key, "kms:encryptioncontext:")

_says_which(key) if {
	key in {
		"cloudformation:rolearn",
		"iam:permissionsboundary",
		"iam:policyarn",
		"kms:requestalias",
		"kms:resourcealiases",
		"kms:viaservice",
		"lambda:functionarn",
		"secretsmanager:secretid",
	}
}
