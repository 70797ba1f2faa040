# METADATA
# title: Conditions are about keys that the action carries
# description: |
#   An allowing statement with a condition on a key that the action does not support never matches, a denying one with
#   such a condition never denies, and one with `IfExists`, `ForAllValues` or a negated operator lets everything pass:
#   the statement looks like a limit and is none. The control looks at each statement of users and roles that names an
#   action of ECS, and fails when the service authorization reference does not list the condition's key for it. A
#   pattern means those of its actions that support the key, and fails when none does. A key that the reference does
#   not list for any action may be newer than it, or misspelt, and is not judged here: it limits nothing for IA02 to
#   IA08.
# related_resources:
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# custom:
#   id: IA18
#   severity: medium
#   resources: iam.access
#   covers:
#     parliament: [UNKNOWN_CONDITION_FOR_ACTION]
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Give the actions that do not support the key a statement of their own with a key that they do support;
#       `tidewaiter access --action NAME` shows which these are, and `tidewaiter guardrails --format table` what
#       cannot be limited at all.
package tidewaiter.controls.principal.void_condition

import rego.v1

import data.lib.access
import data.lib.wording

deny contains violation if {
	some arn, principal in access.judged
	some statement in idle(principal)
	violation := {
		"resource": arn,
		"message": sprintf("%s of %s has a condition on %s, which requests for %s do not carry, so that it %s, expected a key that they carry", [
			access.where(statement.origin),
			access.who(arn),
			statement.key,
			wording.few(statement.actions),
			statement.effect,
		]),
		"evidence": {
			"path": sprintf("%s Statement[%d]", [statement.origin.policy, statement.origin.statement]),
			"policy": statement.origin.policy,
			"statement": statement.origin.statement,
			"actions": sort(statement.actions),
			"key": statement.key,
			"fix": sprintf("a statement for %s alone, with a key that they carry, or none", [wording.few(statement.actions)]),
		},
	}
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
		"effect": effects[one.effect],
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

effects := {"Allow": "allows nothing", "Deny": "denies nothing"}

# Statements that apply all the same, because their operators let a missing key pass. A pattern means those of its actions
# that carry the key.
moot(principal) := {statement |
	some found in access.grants(principal, {action | some action, _ in principal.actions; startswith(action, "ecs:")})
	written := {lower(pattern) | some pattern in found.grant.actions}
	actions := {action | some action in found.actions; lower(action) in written}
	count(actions) > 0
	some key, bound in object.get(found.grant, "keys", {})
	bound.binding == "unsupported"
	statement := {"origin": found.grant, "key": key, "effect": "limits nothing", "actions": actions}
}
