package tidewaiter.controls.log_group.logs_not_retained_test

import rego.v1

import data.tidewaiter.controls.log_group.logs_not_retained as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

group := "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web"

options := {"awslogs-group": "/ecs/web", "awslogs-region": "eu-central-1"}

estate(driver, driver_options, groups, status) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"ecs": {"task_definitions": {arn: {"containerDefinitions": [{
		"name": "web",
		"logConfiguration": {"logDriver": driver, "options": driver_options},
	}]}}},
	"logs": {"log_groups": groups},
	"coverage": {"logs.log_groups": {"status": status}},
}

keeping(days) := {group: {"logGroupName": "/ecs/web", "retentionInDays": days}}

messages(found) := {violation.message | some violation in found}

test_denies_a_group_that_does_not_exist if {
	violations := control.deny with input as estate("awslogs", options, {}, "complete")
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"container \"web\" writes to log group \"/ecs/web\", which does not exist,",
			"expected it to be there",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].logConfiguration.options.\"awslogs-group\"",
			"value": "/ecs/web",
		},
	}}
}

test_denies_a_group_of_the_own_region_that_no_option_names if {
	violations := control.deny with input as estate("awslogs", {"awslogs-group": "/ecs/web"}, {}, "complete")
	count(violations) == 1
}

test_denies_a_group_that_forgets_too_early if {
	violations := control.deny with input as estate("awslogs", options, keeping(30), "partial")
	messages(violations) == {concat(" ", [
		"container \"web\" writes to log group \"/ecs/web\", which keeps logs for 30 days,",
		"expected at least 365",
	])}
}

test_allows_a_group_that_keeps_logs_long_enough if {
	violations := control.deny with input as estate("awslogs", options, keeping(365), "complete")
	excluded := control.exclude with input as estate("awslogs", options, keeping(365), "complete")
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_group_that_keeps_logs_for_ever if {
	found := {group: {"logGroupName": "/ecs/web"}}
	violations := control.deny with input as estate("awslogs", options, found, "complete")
	count(violations) == 0
}

test_allows_any_retention_when_no_days_are_asked_for if {
	violations := control.deny with input as estate("awslogs", options, keeping(1), "complete")
		with data.params.logs_not_retained.min_days as 0
	count(violations) == 0
}

test_allows_a_group_that_the_agent_creates if {
	creating := object.union(options, {"awslogs-create-group": "true"})
	violations := control.deny with input as estate("awslogs", creating, {}, "complete")
	count(violations) == 0
}

test_unknown_when_groups_could_not_be_read if {
	violations := control.deny with input as estate("awslogs", options, {}, "partial")
	count(violations) == 0
}

test_excludes_what_names_no_group_of_this_region if {
	elsewhere := object.union(options, {"awslogs-region": "us-east-1"})
	secret := object.union(options, {"awslogs-group": "redacted:aws_access_key:0011"})
	open := object.union(options, {"awslogs-group": {"Ref": "Group"}})
	every driver_options in [elsewhere, secret, open] {
		violations := control.deny with input as estate("awslogs", driver_options, {}, "complete")
		excluded := control.exclude with input as estate("awslogs", driver_options, {}, "complete")
		count(violations) == 0
		excluded == {{"resource": arn, "reason": "no container names a log group of this Region"}}
	}
}

test_excludes_other_log_drivers if {
	excluded := control.exclude with input as estate("splunk", options, {}, "complete")
	count(excluded) == 1
}
