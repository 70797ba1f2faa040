package tidewaiter.controls.admission.unusable_rule_test

import rego.v1

import data.tidewaiter.controls.admission.unusable_rule as control

account := "AWS::::Account:123456789012"

estate := {
	"accounts": {account: {"AccountId": "123456789012"}},
	"ecs": {"task_definitions": {"web:7": {"family": "web"}}},
}

right := {"rule": "privileged", "action": "block"}

wrong := {"rule": "priviledged", "action": "block"}

test_denies_a_rule_that_cannot_be_judged if {
	found := control.deny with input as estate with data.params.admission.rules as [right, wrong]
	{violation.resource | some violation in found} == {account}
	{violation.evidence | some violation in found} == {{"path": "admission.rules[1]", "value": wrong}}
	some violation in found
	startswith(violation.message, concat("", [
		"rule 2 of the parameter admission.rules cannot be judged: ",
		`there is no rule "priviledged", expected one of allowPrivilegeEscalation, `,
	]))
}

test_denies_each_mistake if {
	rule := {"rule": "hostPID", "action": "stop", "operator": "equals"}
	found := control.deny with input as estate with data.params.admission.rules as [rule]
	count(found) == 2
}

test_allows_rules_that_can_be_judged if {
	found := control.deny with input as estate with data.params.admission.rules as [right]
	excluded := control.exclude with input as estate with data.params.admission.rules as [right]
	count(found) == 0
	count(excluded) == 0
}

test_excludes_an_account_without_rules if {
	excluded := control.exclude with input as estate with data.params.admission.rules as []
	excluded == {{"resource": account, "reason": "the parameter admission.rules is empty"}}
}

test_excludes_an_account_without_task_definitions if {
	empty := object.union(object.remove(estate, ["ecs"]), {"ecs": {"task_definitions": {}}})
	found := control.deny with input as empty with data.params.admission.rules as [wrong]
	excluded := control.exclude with input as empty with data.params.admission.rules as [wrong]
	count(found) == 0
	excluded == {{"resource": account, "reason": "there is no task definition for rules to judge"}}
}
