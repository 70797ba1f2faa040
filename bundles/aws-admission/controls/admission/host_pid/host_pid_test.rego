package tidewaiter.controls.admission.host_pid_test

import rego.v1

import data.tidewaiter.controls.admission.host_pid as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

bad := estate({"pidMode": "host"})

good := estate({"pidMode": "task"})

rule := {"rule": "hostPID", "action": "block"}

test_denies_what_a_rule_catches if {
	found := control.deny with input as bad with data.params.admission.rules as [rule]
	found == {{
		"resource": arn,
		"message": `pidMode is "host", expected "task" or no value (rule hostPID, action block)`,
		"evidence": {
			"path": "pidMode",
			"value": "host",
			"action": "block",
			"rule": rule,
		},
	}}
}

test_denies_by_each_rule_of_the_kind if {
	logged := {"rule": "hostPID", "action": "log", "id": "second"}
	found := control.deny with input as bad with data.params.admission.rules as [rule, logged]
	{violation.evidence.action | some violation in found} == {"block", "log"}
	some violation in found
	endswith(violation.message, `(rule hostPID "second", action log)`)
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
	excluded == {{"resource": arn, "reason": "the parameter admission.rules has no rule hostPID"}}
}

test_excludes_what_passes_when_a_rule_is_wrong if {
	rules := [rule, {"rule": "hostPID", "action": "blok"}]
	found := control.deny with input as bad with data.params.admission.rules as rules
	excluded := control.exclude with input as good with data.params.admission.rules as rules
	count(found) == 1
	excluded == {{
		"resource": arn,
		"reason": "a rule hostPID of the parameter admission.rules is wrong, as AD00 says",
	}}
}
