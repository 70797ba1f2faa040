package tidewaiter.controls.cluster.exec_sessions_unlogged_test

import rego.v1

import data.tidewaiter.controls.cluster.exec_sessions_unlogged as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

cluster(exec) := {arn: {"configuration": {"executeCommandConfiguration": exec}}}

group := {"cloudWatchLogGroupName": "/ecs/exec"}

bucket := {"s3BucketName": "exec-sessions"}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_cluster_that_logs_nothing if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "NONE"})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"cluster \"prod\" has the logging of ECS Exec set to NONE,",
			"expected OVERRIDE with a log group or bucket",
		]),
		"evidence": {"path": "configuration.executeCommandConfiguration.logging", "value": "NONE"},
	}}
}

test_denies_a_value_that_is_not_known if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "SAMPLED"})
	count(violations) == 1
}

test_denies_an_override_without_a_configuration if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "OVERRIDE"})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"cluster \"prod\" has the logging of ECS Exec set to OVERRIDE without a log group or bucket,",
			"expected one",
		]),
		"evidence": {"path": "configuration.executeCommandConfiguration.logConfiguration", "value": null},
	}}
}

test_denies_an_override_with_empty_names if {
	empty := {"cloudWatchLogGroupName": "", "s3BucketName": ""}
	violations := control.deny with input.ecs.clusters as cluster({"logging": "OVERRIDE", "logConfiguration": empty})
	count(violations) == 1
}

test_denies_the_default_when_only_a_destination_of_the_cluster_is_accepted if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "DEFAULT"})
		with data.params.exec_sessions_unlogged.accept_container_logs as false
	messages(violations) == {concat(" ", [
		"cluster \"prod\" leaves the logging of ECS Exec to its containers,",
		"expected OVERRIDE with a log group or bucket",
	])}
}

test_denies_an_absent_setting_when_only_a_destination_of_the_cluster_is_accepted if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterName": "prod"}}
		with data.params.exec_sessions_unlogged.accept_container_logs as false
	{violation.evidence.value | some violation in violations} == {null}
}

test_allows_an_override_with_a_log_group if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "OVERRIDE", "logConfiguration": group})
	count(violations) == 0
}

test_allows_an_override_with_a_bucket if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "OVERRIDE", "logConfiguration": bucket})
	count(violations) == 0
}

test_allows_the_default if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": "DEFAULT"})
	count(violations) == 0
}

test_allows_an_absent_setting if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterName": "prod"}}
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.clusters as cluster({"logging": {"Ref": "Logging"}})
	count(violations) == 0
}
