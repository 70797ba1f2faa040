# METADATA
# title: What principals may do
# description: |
#   Reads `input.iam.access`: which statements let a principal call an action, and what they leave open. A condition key
#   that may or may not be limited, for all that policies say, counts as open.
package lib.access

import rego.v1

import data.lib.arns
import data.lib.grants as grants_of_roles
import data.lib.policy_documents
import data.lib.wording

# True when the parameters leave a principal out.
exempt(arn) if {
	some pattern in data.params.judged_principals.exempt
	policy_documents.matches(pattern, arn)
}

# The principals that are judged, with what they may do.
judged[arn] := principal if {
	some arn, principal in input.iam.access
	not exempt(arn)
}

# Why a control that is about these actions leaves principals out.
exclusions(actions) := unjudged | {exclusion |
	some arn, principal in judged
	count(held(principal, actions)) == 0
	exclusion := {"resource": arn, "reason": sprintf("its policies do not allow it %s", [alternatives(actions)])}
}

# Principals that the parameters leave out.
unjudged := {exclusion |
	some arn, _ in input.iam.access
	exempt(arn)
	exclusion := {"resource": arn, "reason": "the parameters leave it out"}
}

# Those of some actions that a principal may call.
held(principal, actions) := {action |
	some action in actions
	count(_places(principal, action)) > 0
}

# The places of the grants of an action.
_places(principal, action) := object.get(object.get(principal.actions, action, {}), "grants", [])

# The grants of some actions, each once and with those of the actions that it is of, but those by policies that the
# parameters leave out.
grants(principal, actions) := [{"grant": grant, "actions": of_grant} |
	some place, grant in object.get(principal, "grants", [])
	not _is_left_out(grant.policy)
	of_grant := {action | some action in actions; place in _places(principal, action)}
	count(of_grant) > 0
]

_is_left_out(policy) if {
	some pattern in data.params.judged_principals.exempt_policies
	policy_documents.matches(pattern, policy)
}

# What binds a condition key in a grant, whatever the case of its name: none or one.
bounds(grant, key) := [bound |
	some name, bound in object.get(grant, "keys", {})
	lower(name) == lower(key)
]

# True when each request must carry a key of this beginning with one of some values.
requires(grant, prefix) if {
	some name, bound in object.get(grant, "keys", {})
	startswith(lower(name), lower(prefix))
	bound.binding == "required"
	_is_list(bound)
}

# True when every resource of a grant is in a cluster, or is one, that its ARN names.
in_named_clusters(grant) if {
	every pattern in grant.resources {
		parts := split(pattern, ":")
		count(parts) >= 6
		pieces := split(parts[5], "/")
		count(pieces) >= 2
		_names(pieces[1])
	}
}

# True when every resource of a grant is of a kind and has a name, if only the beginning of one.
of_named_resources(grant) if in_named_clusters(grant)

# A name, or how a name begins.
_names(text) if {
	text != ""
	not startswith(text, "*")
	not startswith(text, "?")
}

# Whether the values of a key are limited: not when it must only be there, or may be anything. Of a key with several
# values in a request, `ForAnyValue` leaves all but one free.
_is_list(bound) if {
	is_array(object.get(bound, "one_of", null))
	every value in bound.one_of {
		_says_something(value)
	}
}

_is_list(bound) if is_array(object.get(bound, "none_of", null))

_is_list(bound) if {
	some tested in object.get(bound, "tests", [])
	[tested.effect, lower(replace(tested.operator, "IfExists", ""))] in _ceilings
}

# A value, or a pattern that not every value matches: no `*`, `subnet-*` or `arn:aws:ecs:*:*:cluster/*`.
_says_something(value) if {
	beginning := trim_right(value, "*?")
	not beginning in {"", "subnet-"}
	not endswith(beginning, ":")
	not _is_kind(beginning)
}

# `arn:aws:ecs:*:*:cluster/`, which has no name yet, unlike `arn:aws:ecs:*:*:task/prod/`.
_is_kind(beginning) if {
	endswith(beginning, "/")
	count(split(beginning, "/")) == 2
}

# What keeps a number below another one.
_ceilings := {
	["Allow", "numericlessthan"],
	["Allow", "numericlessthanequals"],
	["Deny", "numericgreaterthan"],
	["Deny", "numericgreaterthanequals"],
}

# What some limits demand of the principals, each limit an object with `key`; `creates` and `changes`, the actions that
# make something and those that change it; `may_be_absent`, true when a creating call may leave the key out; `allowed`,
# the values that it may have, or `refused`, those that it must not have (both empty: any list of values will do); `says`,
# what is expected; and `fix`, the conditions of the denials that bring it about. A changing call that leaves the key out
# leaves what it stands for as it is, and may do so.
violations(limits) := {violation |
	some arn, principal in judged
	some limit in limits
	some found in grants(principal, limit.creates | limit.changes)
	open := {action |
		some action in found.actions
		not _limited(found.grant, limit, action)
	}
	count(open) > 0
	violation := finding(arn, found.grant, open, {
		"key": limit.key,
		"how": _how(found.grant, limit.key),
		"says": limit.says,
		"fix": [{"Effect": "Deny", "Action": sort(open), "Resource": "*", "Condition": condition} |
			some condition in limit.fix
		],
	})
}

_limited(grant, limit, action) if {
	some bound in bounds(grant, limit.key)
	_is_there(bound, limit, action)
	_is_right(bound, limit)
}

_is_there(bound, _, _) if bound.binding == "required"

_is_there(bound, limit, _) if {
	bound.binding == "when_present"
	limit.may_be_absent
}

_is_there(bound, limit, action) if {
	bound.binding == "when_present"
	action in limit.changes
}

_is_right(bound, limit) if {
	count(limit.allowed) + count(limit.refused) == 0
	_is_list(bound)
}

_is_right(bound, limit) if {
	count(limit.allowed) > 0
	is_array(object.get(bound, "one_of", null))
	every value in bound.one_of {
		value in limit.allowed
	}
}

_is_right(bound, limit) if {
	count(limit.refused) > 0
	is_array(object.get(bound, "one_of", null))
	every value in bound.one_of {
		count([refused | some refused in limit.refused; policy_documents.matches(value, refused)]) == 0
	}
}

_is_right(bound, limit) if {
	count(limit.refused) > 0
	is_array(object.get(bound, "none_of", null))
	every value in limit.refused {
		_is_denied(value, bound)
	}
}

_is_denied(value, bound) if {
	some pattern in bound.none_of
	policy_documents.matches(pattern, value)
}

_is_denied(value, bound) if {
	some tested in bound.tests
	contains(tested.operator, "IgnoreCase")
	some written in tested.values
	lower(written) == lower(value)
	written in bound.none_of
}

_how(grant, key) := sprintf("nothing constrains %s", [key]) if count(bounds(grant, key)) == 0

_how(grant, key) := sprintf(_ways[bounds(grant, key)[0].binding], [key]) if {
	bounds(grant, key)[0].binding in object.keys(_ways)
}

_how(grant, key) := sprintf("%s may be %s", [key, concat(", ", bound.one_of)]) if {
	bound := bounds(grant, key)[0]
	bound.binding == "required"
	count(object.get(bound, "one_of", [])) > 0
}

_how(grant, key) := sprintf("%s may have other values", [key]) if {
	bound := bounds(grant, key)[0]
	bound.binding == "required"
	count(object.get(bound, "one_of", [])) == 0
}

_ways := {
	"not_constrained": "the conditions on %s let every value pass",
	"unknown": "it cannot be decided whether %s is constrained",
	"unsupported": "the condition on %s binds nothing, because such requests do not carry it",
	"when_present": "%s is constrained only in requests that carry it, or by another value",
}

# A violation: what a statement lets a principal do, with `how`, `says`, and what else is to be in the evidence.
finding(arn, grant, actions, rest) := {
	"resource": arn,
	"message": sprintf(
		"%s may call %s by %s, where %s, expected %s",
		[who(arn), wording.few(actions), where(grant), rest.how, rest.says],
	),
	"evidence": object.union(
		{
			"path": sprintf("%s Statement[%d]", [grant.policy, grant.statement]),
			"policy": grant.policy,
			"statement": grant.statement,
			"actions": sort(actions),
		},
		object.remove(rest, {"how", "says"}),
	),
}

# A principal in words.
who(arn) := sprintf("user %q", [arns.name(arn)]) if contains(arn, ":user/")

who(arn) := sprintf("role %q", [arns.name(arn)]) if not contains(arn, ":user/")

# A statement in words.
where(grant) := sprintf("%s of policy %q", [
	grants_of_roles.label(grant.statement, {"Sid": object.get(grant, "sid", "")}),
	arns.name(grant.policy),
])

# Actions of which one would do, in words.
alternatives(actions) := concat(" or ", sort(actions)) if count(actions) <= 3

alternatives(actions) := sprintf("%s or the like", [concat(", ", array.slice(sort(actions), 0, 3))]) if {
	count(actions) > 3
}

# True when an action changes nothing.
reads(action) if {
	some beginning in ["Describe", "Discover", "Get", "List"]
	startswith(split(action, ":")[1], beginning)
}

# What starts tasks, or decides which ones another call starts.
ways_to_start := {
	"ecs:CreateDaemon",
	"ecs:CreateExpressGatewayService",
	"ecs:CreateService",
	"ecs:CreateTaskSet",
	"ecs:RegisterDaemonTaskDefinition",
	"ecs:RegisterTaskDefinition",
	"ecs:RunTask",
	"ecs:StartTask",
	"ecs:UpdateDaemon",
	"ecs:UpdateExpressGatewayService",
	"ecs:UpdateService",
}
