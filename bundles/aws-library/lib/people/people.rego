# METADATA
# title: People
# description: |
#   Which users and roles people act with. `iam.access` is keyed by both; how a role is assumed says its trust policy.
package lib.people

import rego.v1

import data.lib.policy_documents

# True when people act with it.
is_person(arn) if by_keys(arn)

is_person(arn) if _is_federated(arn)

is_person(arn) if {
	not _is_machine(arn)
	_is_role_of_people(arn)
}

# True when people act with it by credentials of IAM, which can carry a second factor.
by_keys(arn) if {
	contains(arn, ":user/")
	not _is_machine(arn)
}

by_keys(arn) if {
	not _is_machine(arn)
	not _is_federated(arn)
	not _is_guarded(arn)
	_is_role_of_people(arn)
}

_is_role_of_people(arn) if {
	some pattern in data.params.people.roles
	policy_documents.matches(pattern, arn)
}

_is_role_of_people(arn) if {
	some statement in _trust(arn)
	statement.Effect == "Allow"
	some trusted in policy_documents.list(statement.Principal.AWS)
	contains(trusted, ":user/")
}

_is_machine(arn) if {
	some pattern in data.params.people.machines
	policy_documents.matches(pattern, arn)
}

# Roles that people sign in to through an identity provider.
_is_federated(arn) if {
	contains(arn, ":role/aws-reserved/sso.amazonaws.com/")
	not _is_machine(arn)
}

_is_federated(arn) if {
	not _is_machine(arn)
	some statement in _trust(arn)
	statement.Effect == "Allow"
	some trusted in policy_documents.list(statement.Principal.Federated)
	contains(trusted, ":saml-provider/")
}

# A role that nobody assumes without a second factor.
_is_guarded(arn) if {
	count(_trust(arn)) > 0
	every statement in _trust(arn) {
		_wants_factor(statement)
	}
}

_wants_factor(statement) if statement.Effect == "Deny"

_wants_factor(statement) if {
	lower(sprintf("%v", [policy_documents.list(statement.Condition.Bool["aws:MultiFactorAuthPresent"])[0]])) == "true"
}

_wants_factor(statement) if {
	some operator in ["NumericLessThan", "NumericLessThanEquals"]
	statement.Condition[operator]["aws:MultiFactorAuthAge"]
}

_trust(arn) := policy_documents.list(object.get(input.iam.roles[arn].AssumeRolePolicyDocument, "Statement", []))
