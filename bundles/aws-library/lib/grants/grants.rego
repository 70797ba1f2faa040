# METADATA
# title: Grants of roles
# description: |
#   What the policies of a role, its own and attached ones, and its permissions boundary allow. Policies of the
#   organization and of sessions are not in the document. An allowance counts whatever its condition says, unless that
#   confines it to some resources (`lib.conditions`); a denial counts only without a condition.
package lib.grants

import rego.v1

import data.lib.arns
import data.lib.conditions
import data.lib.evidence
import data.lib.policy_documents
import data.lib.wording

# The statements of a role, `own`, those of them that allow, `allowing`, and those of its `boundary`, if it is `bounded`:
# lists of entries, {"statement", "index", "policy"}, `policy` being {"name", "path", "arn"}, where `path` says where the
# role has it, and `arn` is null for an inline policy.
of(role) := {
	"own": own,
	"allowing": [entry | some entry in own; entry.statement.Effect == "Allow"],
	"bounded": is_string(_boundary(role)),
	"boundary": _managed(_boundary(role), "PermissionsBoundary"),
} if {
	own := array.concat(_of_inline(role), _of_attached(role))
}

# The same with those alone that may allow an action of some services: most roles have few of them, and every look at one
# costs. IAM takes no wildcard in the name of a service, unless it is all of it.
among(rights, services) := object.union(rights, {"allowing": [entry |
	expression := sprintf(`"([*?]|(%s):)`, [concat("|", services)])
	some entry in rights.allowing
	_may_be_about(entry.statement, expression)
]})

_may_be_about(statement, expression) if regex.match(expression, lower(json.marshal(statement.Action)))

_may_be_about(statement, _) if statement.NotAction

# The same with those alone that may allow one of these actions, in lower case.
about(rights, actions) := object.union(rights, {"allowing": [entry |
	some entry in rights.allowing
	_is_about(entry.statement, actions)
]})

_is_about(statement, actions) if {
	some pattern in policy_documents.texts(statement.Action)
	lower(pattern) in actions
}

_is_about(statement, actions) if {
	some pattern in policy_documents.texts(statement.Action)
	beginning := lower(policy_documents.beginning(pattern))
	beginning != lower(pattern)
	some action in actions
	startswith(action, beginning)
}

_is_about(statement, _) if statement.NotAction

_of_inline(role) := [entry |
	some policy in role.RolePolicyList
	name := object.get(policy, "PolicyName", "")
	some entry in _entries(policy.PolicyDocument, {"name": name, "path": _inline(name), "arn": null})
]

_of_attached(role) := [entry |
	some attached in role.AttachedManagedPolicies
	some entry in _managed(attached.PolicyArn, sprintf("AttachedManagedPolicies[?PolicyArn=='%s']", [attached.PolicyArn]))
]

_inline(name) := sprintf("RolePolicyList[?PolicyName=='%s'].PolicyDocument", [name])

_boundary(role) := object.get(role, ["PermissionsBoundary", "PermissionsBoundaryArn"], null)

_managed(arn, path) := [entry |
	some version in input.iam.policies[arn].PolicyVersionList
	version.IsDefaultVersion == true
	some entry in _entries(version.Document, {"name": arns.name(arn), "path": path, "arn": arn})
]

_entries(document, policy) := [{"statement": statement, "index": index, "policy": policy} |
	some index, statement in policy_documents.list(document.Statement)
]

# How messages name the statement of an entry.
place(entry) := sprintf("%s of policy %q", [label(entry.index, entry.statement), entry.policy.name])

# Where the role has it.
path(entry) := sprintf("%s.Statement[%d]", [entry.policy.path, entry.index])

# How messages name a statement of a policy.
label(index, statement) := sprintf("statement %q", [statement.Sid]) if {
	is_string(statement.Sid)
	statement.Sid != ""
} else := sprintf("Statement[%d]", [index])

# True when the role may do `action`, in lower case, to the resource with this ARN, whatever its tags are.
allows(role, action, resource) if count(granting(of(role), action, resource)) > 0

# The statements of a role by which it may.
granting(rights, action, resource) := [entry |
	some entry in rights.allowing
	_allows(entry.statement, action, resource)
	keeps(rights, action, resource)
]

_allows(statement, action, resource) if {
	policy_documents.covers(statement, action, resource)
	not conditions.confine(statement)
}

# True when no denial and no boundary takes back what a statement of the role allows.
keeps(rights, action, resource) if {
	not _denied(rights.own, action, resource)
	_within_boundary(rights, action, resource)
}

_within_boundary(rights, _, _) if rights.bounded == false

_within_boundary(rights, action, resource) if {
	some entry in rights.boundary
	entry.statement.Effect == "Allow"
	_allows(entry.statement, action, resource)
	not _denied(rights.boundary, action, resource)
}

_denied(entries, action, resource) if {
	some entry in entries
	is_denial(entry.statement)
	policy_documents.covers(entry.statement, action, resource)
}

# True for a statement that denies for sure.
is_denial(statement) if {
	statement.Effect == "Deny"
	count(object.get(statement, "Condition", {})) == 0
}

# The statements by which a role may do `action` to every resource of a kind, such as `secretsmanager:secret:`: those that
# cover one which no policy means unless it means all of them, in the Region and the account that the statement names.
granting_all(rights, action, kind) := {entry |
	some entry in rights.allowing
	policy_documents.covers_action(entry.statement, action)
	some resource in _samples(entry.statement, kind)
	_allows(entry.statement, action, resource)
	keeps(rights, action, resource)
}

_samples(statement, kind) := {_sample("*", kind)} | {_sample(pattern, kind) |
	some pattern in policy_documents.texts(statement.Resource)
}

# Behind the name of a secret stand a hyphen and six characters.
_sample(pattern, kind) := sprintf("arn:%s:%s:%s:%s:%s~any~-AbCdEf", [
	input.account.partition,
	service,
	_region(service, parts),
	_named(parts, 4, input.account.id),
	concat(":", array.slice(words, 1, count(words))),
]) if {
	words := split(kind, ":")
	service := words[0]
	parts := split(pattern, ":")
}

_region("iam", _) := ""

_region(service, parts) := _named(parts, 3, input.region) if service != "iam"

_named(parts, index, _) := parts[index] if _is_fixed(parts, index)

_named(parts, index, otherwise) := otherwise if not _is_fixed(parts, index)

_is_fixed(parts, index) if {
	count(parts) > 5
	parts[index] != ""
	not contains(parts[index], "*")
	not contains(parts[index], "?")
}

# One resource that each of a statement's patterns stands for.
examples(statement) := {"arn:any:any:any:any:any"} if {
	statement.NotResource
} else := {replace(replace(pattern, "*", "any"), "?", "a") |
	some pattern in policy_documents.texts(statement.Resource)
}

# The ARNs of policies that a role has and IAM did not return, although all policies were read: what they allow is not
# known.
unseen(role) := {arn |
	some arn in _policies(role)
	object.get(input.iam.policies, arn, null) == null
	evidence.looked_up("iam.policies", arn)
}

_policies(role) := {arn |
	some attached in role.AttachedManagedPolicies
	arn := attached.PolicyArn
} | {arn |
	arn := _boundary(role)
	is_string(arn)
}

# How messages name the resources of a statement.
resources(statement) := concat(", ", policy_documents.texts(statement.Resource)) if statement.Resource

resources(statement) := sprintf("everything but %s", [concat(", ", policy_documents.texts(statement.NotResource))]) if {
	statement.NotResource
}

# How messages name grants, which are objects with an `entry`, an `action` and a `resource`.
named(found) := wording.few({text |
	some grant in found
	actions := {other.action | some other in found; path(other.entry) == path(grant.entry)}
	text := sprintf("%s on %s (%s)", [wording.few(actions), grant.resource, place(grant.entry)])
})

# The same as the evidence of a violation.
evidence_of(found, users) := {
	"path": sort({path(grant.entry) | some grant in found})[0],
	"value": sort({grant.action | some grant in found}),
	"statements": sort({path(grant.entry) | some grant in found}),
	"used_by": sort(users),
}

# The violation of a role with policies of which nobody knows what they allow; undefined when it has none.
unseen_violation(arn, kind, users) := {
	"resource": arn,
	"message": sprintf(
		"role %q, %s of %s, has policy %q, which is not among the policies of IAM, expected one that can be read",
		[arns.name(arn), kind, wording.few(users), policies[0]],
	),
	"evidence": {"path": "AttachedManagedPolicies, PermissionsBoundary", "value": policies, "used_by": sort(users)},
} if {
	policies := sort(unseen(input.iam.roles[arn]))
	count(policies) > 0
}
