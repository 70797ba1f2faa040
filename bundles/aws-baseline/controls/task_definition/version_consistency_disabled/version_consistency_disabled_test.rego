package tidewaiter.controls.task_definition.version_consistency_disabled_test

import rego.v1

import data.tidewaiter.controls.task_definition.version_consistency_disabled

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

with_value(value) := {"name": "web", "versionConsistency": value}

test_denies_disabled if {
	found := version_consistency_disabled.deny with input as estate([with_value("disabled")])
	found == {{
		"resource": arn,
		"message": "container \"web\" has versionConsistency \"disabled\", expected \"enabled\" or no value",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].versionConsistency",
			"value": "disabled",
		},
	}}
}

test_denies_a_value_that_does_not_exist_yet if {
	found := version_consistency_disabled.deny with input as estate([with_value("lenient")])
	count(found) == 1
}

test_denies_a_sidecar if {
	sidecar := {"name": "agent", "versionConsistency": "disabled"}
	found := version_consistency_disabled.deny with input as estate([with_value("enabled"), sidecar])
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_allows_enabled if {
	found := version_consistency_disabled.deny with input as estate([with_value("enabled")])
	count(found) == 0
}

test_allows_no_value if {
	found := version_consistency_disabled.deny with input as estate([{"name": "web"}])
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := version_consistency_disabled.deny with input as estate([with_value({"Ref": "Consistency"})])
	count(found) == 0
}
