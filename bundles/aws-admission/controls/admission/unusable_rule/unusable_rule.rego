# METADATA
# title: Rules of admission can be judged
# description: |
#   A rule with a spelling mistake in it would be kept by everything. The control fails for each rule of the parameter
#   `admission.rules` that cannot be judged: one that is no object or names no kind that is known, with an action other
#   than `log` and `block`, with an id that another rule has too, with a parameter that is missing, of a wrong value
#   (such as an operator, a severity or a profile of capabilities that does not exist) or unknown, and of a kind for
#   which AWS has no evidence, such as malware in images. Such a rule is not judged, and the control of its kind passes
#   nothing. An account is not applicable in a Region without task definitions, and while there are no rules.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://github.com/trendmicro/visionone-container-security-helm/blob/main/docs/policy-as-code.md
# custom:
#   id: AD00
#   severity: high
#   resources: accounts
#   covers: {}
#   parameters: [admission]
#   remediation:
#     text: |
#       Put the rule right in the file of parameters, or take it out; docs/admission.md of tidewaiter lists the kinds,
#       their parameters and what cannot be judged.
package tidewaiter.controls.admission.unusable_rule

import rego.v1

import data.lib.admission_rules

rules := data.params.admission.rules

deny contains violation if {
	not nothing_to_judge
	some account, _ in input.accounts
	some index, rule in rules
	some mistake in admission_rules.mistakes(rule)
	violation := {
		"resource": account,
		"message": sprintf("rule %d of the parameter admission.rules cannot be judged: %s", [index + 1, mistake]),
		"evidence": {"path": sprintf("admission.rules[%d]", [index]), "value": rule},
	}
}

exclude contains exclusion if {
	count(rules) == 0
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": "the parameter admission.rules is empty"}
}

exclude contains exclusion if {
	count(rules) > 0
	nothing_to_judge
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": "there is no task definition for rules to judge"}
}

nothing_to_judge if count(input.ecs.task_definitions) == 0
