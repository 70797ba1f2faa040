package tidewaiter.controls.operation.container_insights_off_test

import rego.v1

import data.tidewaiter.controls.operation.container_insights_off as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

cluster(value) := {arn: {"settings": [{"name": "containerInsights", "value": value}]}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_cluster_with_insights_disabled if {
	violations := control.deny with input.ecs.clusters as cluster("disabled")
	violations == {{
		"resource": arn,
		"message": "cluster \"prod\" has the setting containerInsights disabled, expected enabled or enhanced",
		"evidence": {
			"path": "settings[?name=='containerInsights'].value",
			"value": "disabled",
			"expected": ["enabled", "enhanced"],
		},
	}}
}

test_denies_a_cluster_without_the_setting if {
	violations := control.deny with input.ecs.clusters as {arn: {"settings": []}}
	messages(violations) == {"cluster \"prod\" has no setting containerInsights, expected enabled or enhanced"}
}

test_denies_a_cluster_without_settings if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterName": "prod"}}
	count(violations) == 1
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input.ecs.clusters as cluster("sampled")
	count(violations) == 1
}

test_denies_insights_without_enhancement_when_only_that_is_accepted if {
	violations := control.deny with input.ecs.clusters as cluster("enabled")
		with data.params.container_insights_off.accepted as ["enhanced"]
	messages(violations) == {"cluster \"prod\" has the setting containerInsights enabled, expected enhanced"}
}

test_allows_a_cluster_with_insights_enabled if {
	violations := control.deny with input.ecs.clusters as cluster("enabled")
	count(violations) == 0
}

test_allows_a_cluster_with_enhanced_insights if {
	violations := control.deny with input.ecs.clusters as cluster("enhanced")
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.clusters as cluster({"Ref": "Insights"})
	count(violations) == 0
}
