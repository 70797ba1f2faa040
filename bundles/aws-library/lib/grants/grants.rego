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

# The statements of a role, `own`, and of its `boundary`, if it is `bounded`: lists of {"statement", "place", "path",
# "policy"}, `place` being a text to put into a sentence, `path` where the role has it, and `policy` the ARN of a managed
# policy or null.
of(role) := {
	"own": array.concat(
		[entry |
			some policy in role.RolePolicyList
			name := object.get(policy, "PolicyName", "")
			some entry in _entries(policy.PolicyDocument, name, null, _inline(name))
		],
		[entry |
			some attached in role.AttachedManagedPolicies
			some entry in _managed(attached.PolicyArn, sprintf("AttachedManagedPolicies[?PolicyArn=='%s']", [attached.PolicyArn]))
		],
	),
	"bounded": is_string(_boundary(role)),
	"boundary": _managed(_boundary(role), "PermissionsBoundary"),
}

_inline(name) := sprintf("RolePolicyList[?PolicyName=='%s'].PolicyDocument", [name])

_boundary(role) := object.get(role, ["PermissionsBoundary", "PermissionsBoundaryArn"], null)

_managed(arn, path) := [entry |
	some version in input.iam.policies[arn].PolicyVersionList
	version.IsDefaultVersion == true
	some entry in _entries(version.Document, arns.name(arn), arn, path)
]

_entries(document, name, arn, path) := [entry |
	some index, statement in policy_documents.list(document.Statement)
	entry := {
		"statement": statement,
		"place": sprintf("%s of policy %q", [label(index, statement), name]),
		"path": sprintf("%s.Statement[%d]", [path, index]),
		"policy": arn,
	}
]

# How messages name a statement of a policy.
label(index, statement) := sprintf("statement %q", [statement.Sid]) if {
	statement.Sid != ""
} else := sprintf("Statement[%d]", [index])

# True when the role may do `action`, in lower case, to the resource with this ARN, whatever its tags are.
allows(role, action, resource) if count(granting(of(role), action, resource)) > 0

# The statements of a role by which it may.
granting(rights, action, resource) := [entry |
	some entry in rights.own
	_allows(entry.statement, action, resource)
	keeps(rights, action, resource)
]

_allows(statement, action, resource) if {
	statement.Effect == "Allow"
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
	some entry in rights.own
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
	actions := {other.action | some other in found; other.entry.path == grant.entry.path}
	text := sprintf("%s on %s (%s)", [wording.few(actions), grant.resource, grant.entry.place])
})

# The same as the evidence of a violation.
evidence_of(found, users) := {
	"path": sort({grant.entry.path | some grant in found})[0],
	"value": sort({grant.action | some grant in found}),
	"statements": sort({grant.entry.path | some grant in found}),
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
