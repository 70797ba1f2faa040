# METADATA
# title: A guardrail stands between everybody and what must not be
# description: |
#   Policies of single users and roles are written anew every day; what nobody may do belongs into a service control
#   policy, or into permissions boundaries that everybody has. The control fails for each condition key of
#   `data.params.guardrail_missing.keys` that is free for some user or role: that can call an action which carries the key,
#   and neither a service control policy, nor a boundary, nor a policy of its own limits it. Where AWS does not show
#   service control policies, which it shows to management accounts and delegated administrators alone, it fails for what
#   these may forbid all the same. It is not applicable to accounts in which nobody may call such actions.
# related_resources:
#   - https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
# custom:
#   id: IA25
#   severity: medium
#   resources: accounts
#   covers: {}
#   parameters: [guardrail_missing, judged_principals]
#   remediation:
#     text: |
#       Attach what `tidewaiter guardrails scp` prints to the organizational unit, or what `tidewaiter guardrails
#       permissions-boundary` prints to the users and roles.
package tidewaiter.controls.account.guardrail_missing

import rego.v1

import data.lib.access
import data.lib.wording

deny contains violation if {
	some account, _ in input.accounts
	some key, who in free
	violation := {
		"resource": account,
		"message": sprintf(
			"%s can call %s, and neither a service control policy nor a boundary limits %s for them, expected one that does",
			[
				wording.few({access.who(arn) | some arn, _ in who}),
				wording.few(union({actions | some _, actions in who})),
				key,
			],
		),
		"evidence": {"path": "iam.access", "value": sort(object.keys(who)), "key": key},
	}
}

exclude contains exclusion if {
	some account, _ in input.accounts
	count(callers) == 0
	exclusion := {"resource": account, "reason": "nobody may call an action that carries one of the keys"}
}

# For each key the users and roles with actions that carry it and leave it free.
free := {key: who |
	some key in data.params.guardrail_missing.keys
	who := {arn: actions |
		some arn, principal in access.judged
		actions := {action |
			some action, granted in principal.actions
			key in object.get(granted, "not_constrained", [])
		}
		count(actions) > 0
	}
	count(who) > 0
}

callers contains arn if {
	some arn, principal in access.judged
	some granted in principal.actions
	some key in data.params.guardrail_missing.keys
	carries(principal, granted, key)
}

carries(_, granted, key) if key in object.get(granted, "not_constrained", [])

carries(principal, granted, key) if {
	some place in object.get(granted, "grants", [])
	count(access.bounds(principal.grants[place], key)) > 0
}
