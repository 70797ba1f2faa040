# METADATA
# title: Trust policies
# description: |
#   Who may become a role, as its trust policy says. A statement that denies takes nothing back here: what it leaves over
#   cannot be told without the request.
package lib.trust

import rego.v1

import data.lib.grants
import data.lib.policy_documents
import data.lib.resource_policies

# Everyone whom the trust policy of a role lets become it: a set of {"kind", "name", "statement", "place", "path"}, where
# `kind` is that of the principal, or `NotPrincipal`.
assumers(role) := {assumer |
	some index, statement in policy_documents.list(role.AssumeRolePolicyDocument.Statement)
	object.get(statement, "Effect", "") != "Deny"
	_assumes(statement)
	some principal in _principals(statement)
	assumer := object.union(principal, {
		"statement": statement,
		"place": sprintf("%s of its trust policy", [grants.label(index, statement)]),
		"path": sprintf("AssumeRolePolicyDocument.Statement[%d]", [index]),
	})
}

_assumes(statement) if {
	some action in ["sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"]
	policy_documents.covers_action(statement, action)
}

_principals(statement) := resource_policies.principals(statement) if statement.Principal

_principals(statement) := {{"kind": "NotPrincipal", "name": json.marshal(statement.NotPrincipal)}} if {
	statement.NotPrincipal
}

# The services of AWS that run tasks, by which they take their roles.
is_tasks(assumer) if {
	assumer.kind == "Service"
	assumer.name in {"ecs-tasks.amazonaws.com", "ecs-tasks.amazonaws.com.cn"}
}
