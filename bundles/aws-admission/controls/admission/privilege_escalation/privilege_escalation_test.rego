package tidewaiter.controls.admission.privilege_escalation_test

import rego.v1

import data.tidewaiter.controls.admission.privilege_escalation as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

bad := estate({"containerDefinitions": [{"name": "web"}]})

good := estate({"containerDefinitions": [{"name": "web", "dockerSecurityOptions": ["no-new-privileges"]}]})

rule := {"rule": "allowPrivilegeEscalation", "action": "block"}

test_denies_what_a_rule_catches if {
	found := control.deny with input as bad with data.params.admission.rules as [rule]
	found == {{
		"resource": arn,
		"message": concat(" ", [
			`container "web" may gain privileges, expected "no-new-privileges" in dockerSecurityOptions`,
			`(rule allowPrivilegeEscalation, action block)`,
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].dockerSecurityOptions",
			"value": [],
			"action": "block",
			"rule": rule,
		},
	}}
}

test_denies_by_each_rule_of_the_kind if {
	logged := {"rule": "allowPrivilegeEscalation", "action": "log", "id": "second"}
	found := control.deny with input as bad with data.params.admission.rules as [rule, logged]
	{violation.evidence.action | some violation in found} == {"block", "log"}
	some violation in found
	endswith(violation.message, `(rule allowPrivilegeEscalation "second", action log)`)
}

test_allows_what_no_rule_catches if {
	found := control.deny with input as good with data.params.admission.rules as [rule]
	excluded := control.exclude with input as good with data.params.admission.rules as [rule]
	count(found) == 0
	count(excluded) == 0
}

test_excludes_everything_without_a_rule if {
	found := control.deny with input as bad with data.params.admission.rules as []
	excluded := control.exclude with input as bad with data.params.admission.rules as []
	count(found) == 0
	excluded == {{"resource": arn, "reason": "the parameter admission.rules has no rule allowPrivilegeEscalation"}}
}

test_excludes_what_passes_when_a_rule_is_wrong if {
	rules := [rule, {"rule": "allowPrivilegeEscalation", "action": "blok"}]
	found := control.deny with input as bad with data.params.admission.rules as rules
	excluded := control.exclude with input as good with data.params.admission.rules as rules
	count(found) == 1
	excluded == {{
		"resource": arn,
		"reason": "a rule allowPrivilegeEscalation of the parameter admission.rules is wrong, as AD00 says",
	}}
}

test_excludes_a_definition_for_fargate if {
	fargate := estate({"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "web"}]})
	found := control.deny with input as fargate with data.params.admission.rules as [rule]
	excluded := control.exclude with input as fargate with data.params.admission.rules as [rule]
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}
