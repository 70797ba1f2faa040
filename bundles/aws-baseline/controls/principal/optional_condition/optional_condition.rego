# METADATA
# title: Conditions hold for requests without the key too
# description: |
#   `ForAllValues` and every operator with `IfExists` let a request pass that does not carry the key, so that an
#   allowing statement with them limits only those who ask to be limited. The control looks at each user and role, and
#   fails when a statement lets it call an action of ECS under such a condition and nothing else requires the key.
#   Updates are left out, since a request that leaves out a setting leaves it as it is, and so are the keys of
#   `data.params.optional_condition`, by default `aws:TagKeys`: who sets no tags sets none that are wrong.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
# custom:
#   id: IA19
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals, optional_condition]
#   remediation:
#     text: |
#       Add `"Null": {"KEY": "false"}` to the condition, or use the operator without `IfExists`.
package tidewaiter.controls.principal.optional_condition

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions(principal))
	some key, bound in object.get(found.grant, "keys", {})
	bound.binding == "when_present"
	not lower(key) in free
	operators := {tested.operator |
		some tested in object.get(bound, "tests", [])
		tested.effect == "Allow"
		lets_absent_pass(lower(tested.operator))
	}
	count(operators) > 0
	violation := access.finding(arn, found.grant, found.actions, {
		"key": key,
		"how": sprintf("%s lets requests without %s pass", [concat(" and ", sort(operators)), key]),
		"says": "a Null condition beside it",
		"fix": [{"Effect": "Deny", "Action": sort(found.actions), "Resource": "*", "Condition": {"Null": {key: "true"}}}],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, principal in access.judged
	count(access.held(principal, actions(principal))) == 0
	exclusion := {"resource": arn, "reason": "its policies do not allow it anything of ECS but updates"}
}

actions(principal) := {action |
	some action, _ in principal.actions
	startswith(action, "ecs:")
	not startswith(action, "ecs:Update")
}

free := {lower(key) | some key in data.params.optional_condition.keys}

lets_absent_pass(operator) if startswith(operator, "forallvalues:")

lets_absent_pass(operator) if endswith(operator, "ifexists")
