# METADATA
# title: Policies of resources
# description: |
#   Whom the policy of a resource lets in besides those who are trusted. A statement that denies takes nothing back
#   here: what it leaves over cannot be told without the request. Elements and values that this does not know are never
#   taken for harmless.
package lib.resource_policies

import rego.v1

import data.lib.conditions
import data.lib.policy_documents

# The statements that let in somebody who is not trusted: a set of {"index", "statement", "who"}, `who` being a text to
# put into a sentence. `trusted` has sets of `accounts` and `organizations`; without any organization, each one that a
# condition names by its id will do.
strangers(policy, trusted) := {stranger |
	some index, statement in policy_documents.list(policy.Statement)
	object.get(statement, "Effect", "") != "Deny"
	not limited(statement, trusted)
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
	account := account_of(principal)
	not account in trusted.accounts
	who := sprintf("account %s", [account])
}

# Principals of which nobody can tell here who they are: those of deleted users and roles, and kinds that make no sense.
_unknown(statement) := {who |
	some principal in principals(statement)
	not _is_known(principal.kind, principal.name)
	who := sprintf("the unknown principal %s", [json.marshal(principal.name)])
}

_is_known("AWS", principal) if principal == "*"

_is_known("AWS", principal) if account_of(principal)

# What a service of AWS may do on behalf of whom is not for a principal to say.
_is_known("Service", principal) if {
	is_string(principal)
	some suffix in [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
	endswith(principal, suffix)
}

# The principals that a statement names: a set of {"kind", "name"}.
principals(statement) := {{"kind": kind, "name": name} |
	some kind, listed in _principals(statement)
	some name in policy_documents.list(listed)
}

# `"Principal": "*"` is short for `{"AWS": "*"}`.
_principals(statement) := statement.Principal if is_object(statement.Principal)

_principals(statement) := {"AWS": statement.Principal} if not is_object(statement.Principal)

_of_kind(statement, kind) := policy_documents.list(_principals(statement)[kind])

# The account of a principal: an account id, or an ARN with one.
account_of(principal) := principal if _is_account(principal)

account_of(principal) := parts[4] if {
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
limited(statement, trusted) if {
	some requirement in conditions.required(statement)
	_only_trusted(requirement, trusted)
}

# The same by the conditions on the resource for which a service of AWS acts.
limited_by_source(statement, trusted) if {
	some requirement in conditions.required(statement)
	requirement.key in {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}
	_only_trusted(requirement, trusted)
}

_only_trusted(requirement, trusted) if {
	every value in requirement.values {
		is_string(value)
		_limits(requirement.key, value, trusted)
	}
}

_limits(key, value, trusted) if {
	key in {"aws:principalaccount", "aws:sourceaccount"}
	value in trusted.accounts
}

_limits(key, value, trusted) if {
	key in {"aws:principalarn", "aws:sourcearn"}
	account_of(value) in trusted.accounts
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
