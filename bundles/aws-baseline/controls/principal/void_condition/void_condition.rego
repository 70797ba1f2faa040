# METADATA
# title: Conditions are about keys that the action carries
# description: |
#   An allowing statement with a condition on a key that the action does not support never matches, a denying one with
#   such a condition never denies, and one with `IfExists`, `ForAllValues` or a negated operator lets everything pass:
#   the statement looks like a limit and is none. The control looks at each statement of users and roles that names an
#   action of ECS, or a pattern of some, and fails when the service authorization reference does not list the
#   condition's key for it. Statements for all of a service are left out, since a condition on them means the actions
#   that support it.
# related_resources:
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# custom:
#   id: IA18
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Give the actions that do not support the key a statement of their own with a key that they do support;
#       `tidewaiter access --action NAME` shows which these are, and `tidewaiter guardrails --format table` what
#       cannot be limited at all.
package tidewaiter.controls.principal.void_condition

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some statement in idle(principal)
	violation := access.finding(arn, statement.origin, statement.actions, {
		"key": statement.key,
		"how": statement.how,
		"says": "a key that these requests carry",
		"fix": [{"Effect": statement.effect, "Action": sort(statement.actions), "Resource": "*"}],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, principal in access.judged
	count([action | some action, _ in principal.actions; startswith(action, "ecs:")]) == 0
	exclusion := {"resource": arn, "reason": "its policies do not speak of ECS"}
}

# Statements with a condition that binds nothing, each once for a key.
idle(principal) := void(principal) | moot(principal)

void(principal) := {statement |
	some one in voids(principal)
	statement := {
		"origin": one.origin,
		"key": one.key,
		"effect": one.effect,
		"how": sprintf(ways[one.effect], [one.key]),
		"actions": {other.action |
			some other in voids(principal)
			object.remove(other, ["action"]) == object.remove(one, ["action"])
		},
	}
}

voids(principal) := [one |
	some action, granted in principal.actions
	startswith(action, "ecs:")
	some noted in object.get(granted, "void", [])
	noted.key
	one := {
		"action": action,
		"key": noted.key,
		"effect": noted.effect,
		"origin": object.remove(noted, ["key", "effect"]),
	}
]

ways := {
	"Allow": "the condition on %s never holds and nothing is allowed",
	"Deny": "the condition on %s never holds and nothing is denied",
}

moot(principal) := {statement |
	some found in access.grants(principal, {action | some action, _ in principal.actions; startswith(action, "ecs:")})
	not is_for_all(found.grant)
	some key, bound in object.get(found.grant, "keys", {})
	bound.binding == "unsupported"
	statement := {
		"origin": found.grant,
		"key": key,
		"effect": "Allow",
		"how": sprintf("the condition on %s binds nothing", [key]),
		"actions": found.actions,
	}
}

is_for_all(grant) if {
	some pattern in grant.actions
	is_whole_service(pattern)
}

is_whole_service(pattern) if pattern in {"*", "NotAction"}

is_whole_service(pattern) if endswith(pattern, ":*")
