package tidewaiter.controls.task_set.exposed_task_set_test

import rego.v1

import data.tidewaiter.controls.task_set.exposed_task_set as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-set/prod/web/ecs-svc/1"

network(awsvpc) := {"networkConfiguration": {"awsvpcConfiguration": awsvpc}}

private := {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}

public := {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}

test_denies_a_task_set_that_assigns_public_addresses if {
	violations := control.deny with input.ecs.task_sets as {arn: network(public)}
	violations == {{
		"resource": arn,
		"message": "task set \"prod/web/ecs-svc/1\" has assignPublicIp ENABLED, expected DISABLED",
		"evidence": {
			"path": "networkConfiguration.awsvpcConfiguration.assignPublicIp",
			"value": "ENABLED",
			"expected": "DISABLED",
		},
	}}
}

test_denies_a_setting_that_is_not_known if {
	violations := control.deny with input.ecs.task_sets as {arn: network({"assignPublicIp": "DUALSTACK"})}
	count(violations) == 1
}

test_denies_a_subnet_that_is_not_listed if {
	violations := control.deny with input.ecs.task_sets as {arn: network(private)}
		with data.params.allowed_subnets.ids as ["subnet-2"]
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task set \"prod/web/ecs-svc/1\" uses subnet \"subnet-1\",",
			"expected only subnets of the parameter allowed_subnets.ids",
		]),
		"evidence": {"path": "networkConfiguration.awsvpcConfiguration.subnets", "value": "subnet-1"},
	}}
}

test_allows_a_task_set_without_public_addresses if {
	violations := control.deny with input.ecs.task_sets as {arn: network(private)}
	count(violations) == 0
}

test_allows_a_task_set_without_the_setting if {
	violations := control.deny with input.ecs.task_sets as {arn: network({"subnets": ["subnet-1"]})}
	count(violations) == 0
}

test_allows_a_subnet_that_is_listed if {
	violations := control.deny with input.ecs.task_sets as {arn: network(private)}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	count(violations) == 0
}

test_excludes_a_task_set_without_awsvpc if {
	excluded := control.exclude with input.ecs.task_sets as {arn: {"id": "ecs-svc/1"}}
	excluded == {{"resource": arn, "reason": "the task set has no awsvpc network configuration"}}
}

test_excludes_no_task_set_with_awsvpc if {
	excluded := control.exclude with input.ecs.task_sets as {arn: network(private)}
	count(excluded) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.task_sets as {arn: network({"assignPublicIp": {"Ref": "PublicIp"}})}
	count(violations) == 0
}
