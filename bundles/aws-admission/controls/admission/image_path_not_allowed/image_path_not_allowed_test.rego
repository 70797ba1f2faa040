package tidewaiter.controls.admission.image_path_not_allowed_test

import rego.v1

import data.tidewaiter.controls.admission.image_path_not_allowed as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

bad := estate({"containerDefinitions": [{"name": "web", "image": "nginx:1.27"}]})

good := estate({"containerDefinitions": [{"name": "web", "image": "quay.io/team/web:1"}]})

rule := {"rule": "imagePath", "action": "block", "operator": "contains", "values": ["library/nginx"]}

test_denies_what_a_rule_catches if {
	found := control.deny with input as bad with data.params.admission.rules as [rule]
	found == {{
		"resource": arn,
		"message": concat(" ", [
			`container "web" has the image "nginx:1.27", whose path is "docker.io/library/nginx:1.27",`,
			`expected one that does not contain "library/nginx"`,
			`(rule imagePath, action block)`,
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].image",
			"value": "nginx:1.27",
			"action": "block",
			"rule": rule,
		},
	}}
}

test_denies_by_each_rule_of_the_kind if {
	logged := {"rule": "imagePath", "action": "log", "id": "second", "operator": "contains", "values": ["library/nginx"]}
	found := control.deny with input as bad with data.params.admission.rules as [rule, logged]
	{violation.evidence.action | some violation in found} == {"block", "log"}
	some violation in found
	endswith(violation.message, `(rule imagePath "second", action log)`)
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
	excluded == {{"resource": arn, "reason": "the parameter admission.rules has no rule imagePath"}}
}

test_excludes_what_passes_when_a_rule_is_wrong if {
	rules := [rule, {"rule": "imagePath", "action": "blok"}]
	found := control.deny with input as bad with data.params.admission.rules as rules
	excluded := control.exclude with input as good with data.params.admission.rules as rules
	count(found) == 1
	excluded == {{
		"resource": arn,
		"reason": "a rule imagePath of the parameter admission.rules is wrong, as AD00 says",
	}}
}

test_denies_what_is_no_image_reference if {
	found := control.deny with input as estate({"containerDefinitions": [{"name": "web", "image": "${Image}"}]})
		with data.params.admission.rules as [rule]
	count(found) == 1
}
