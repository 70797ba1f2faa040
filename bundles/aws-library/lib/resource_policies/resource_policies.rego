# METADATA
# title: Policies of resources
# description: |
#   Whom the policy of a resource lets in besides those who are trusted. A statement that denies takes nothing back
#   here: what it leaves over cannot be told without the request. Elements and values that this does not know are never
#   taken for harmless.
package lib.resource_policies

import rego.v1

# The statements that let in somebody who is not trusted: a set of {"index", "statement", "who"}, `who` being a text to
# put into a sentence. `trusted` has sets of `accounts` and `organizations`; without any organization, each one that a
# condition names by its id will do.
strangers(policy, trusted) := {stranger |
	some index, statement in _list(policy.Statement)
	object.get(statement, "Effect", "") != "Deny"
	not _limited(statement, trusted)
	some who in _strangers(statement, trusted)
	stranger := {"index": index, "statement": statement, "who": who}
}

_strangers(statement, trusted) := union({
	_everybody(statement),
	_everybody_else(statement),
	_foreign_accounts(statement, trusted),
	_unknown(statement),
})

_everybody(statement) := {"everybody" |
	some principal in _of_kind(statement, "AWS")
	principal == "*"
}

_everybody_else(statement) := {"everybody whom it does not name" | statement.NotPrincipal}

_foreign_accounts(statement, trusted) := {who |
	some principal in _of_kind(statement, "AWS")
	account := _account(principal)
	not account in trusted.accounts
	who := sprintf("account %s", [account])
}

# Principals of which nobody can tell here who they are: those of deleted users and roles, and kinds that make no sense.
_unknown(statement) := {who |
	some kind, listed in _principals(statement)
	some principal in _list(listed)
	not _is_known(kind, principal)
	who := sprintf("the unknown principal %s", [json.marshal(principal)])
}

_is_known("AWS", principal) if principal == "*"

_is_known("AWS", principal) if _account(principal)

# What a service of AWS may do on behalf of whom is not for a principal to say.
_is_known("Service", principal) if {
	is_string(principal)
	some suffix in [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
	endswith(principal, suffix)
}

# `"Principal": "*"` is short for `{"AWS": "*"}`.
_principals(statement) := statement.Principal if is_object(statement.Principal)

_principals(statement) := {"AWS": statement.Principal} if not is_object(statement.Principal)

_of_kind(statement, kind) := _list(_principals(statement)[kind])

# The account of a principal: an account id, or an ARN with one.
_account(principal) := principal if _is_account(principal)

_account(principal) := parts[4] if {
	is_string(principal)
	parts := split(principal, ":")
	parts[0] == "arn"
	_is_account(parts[4])
}

_is_account(text) if {
	is_string(text)
	count(text) == 12
	trim(text, "0123456789") == ""
}

# True when one of the conditions holds for those alone who are trusted. All conditions of a statement must hold.
_limited(statement, trusted) if {
	is_object(statement.Condition)
	some operator, keys in statement.Condition
	trim_prefix(operator, "ForAnyValue:") in _operators
	some key, listed in keys
	values := _list(listed)
	count(values) > 0
	limiting := [value |
		some value in values
		is_string(value)
		_limits(lower(key), value, trusted)
	]
	count(limiting) == count(values)
}

# With `IfExists` and `ForAllValues` a condition holds for requests that have no such key, so these limit nothing.
_operators := {"ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}

_limits(key, value, trusted) if {
	key in {"aws:principalaccount", "aws:sourceaccount"}
	value in trusted.accounts
}

_limits(key, value, trusted) if {
	key in {"aws:principalarn", "aws:sourcearn"}
	_account(value) in trusted.accounts
}

_limits(key, value, trusted) if {
	key in {"aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"}
	_is_trusted_organization(split(value, "/")[0], trusted.organizations)
}

# Whose network it is cannot be told, but its id is one of its own in all of AWS.
_limits(key, value, _) if {
	prefix := {"aws:sourcevpc": "vpc-", "aws:sourcevpce": "vpce-"}[key]
	startswith(value, prefix)
	trim(trim_prefix(value, prefix), "0123456789abcdef") == ""
}

_is_trusted_organization(id, organizations) if id in organizations

_is_trusted_organization(id, organizations) if {
	count(organizations) == 0
	startswith(id, "o-")
	trim(trim_prefix(id, "o-"), "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

_list(value) := value if is_array(value)

_list(value) := [value] if not is_array(value)
