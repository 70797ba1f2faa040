package tidewaiter.controls.operation.blocking_log_mode_test

import rego.v1

import data.tidewaiter.controls.operation.blocking_log_mode

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers, settings) := {"ecs": {
	"task_definitions": {arn: {"containerDefinitions": containers}},
	"account_settings": settings,
}}

logging(options) := {"name": "web", "logConfiguration": {"logDriver": "awslogs", "options": options}}

default_mode(value) := {"defaultLogDriverMode": {"name": "defaultLogDriverMode", "value": value}}

test_denies_blocking if {
	found := blocking_log_mode.deny with input as estate([logging({"mode": "blocking"})], {})
	found == {{
		"resource": arn,
		"message": "container \"web\" logs in mode \"blocking\", expected \"non-blocking\"",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].logConfiguration.options.mode",
			"value": "blocking",
		},
	}}
}

test_denies_blocking_whatever_the_account_says if {
	found := blocking_log_mode.deny with input as estate([logging({"mode": "blocking"})], default_mode("non-blocking"))
	count(found) == 1
}

test_denies_a_mode_that_does_not_exist_yet if {
	found := blocking_log_mode.deny with input as estate([logging({"mode": "patient"})], {})
	count(found) == 1
}

test_denies_blocking_with_another_driver if {
	container := {"name": "web", "logConfiguration": {"logDriver": "splunk", "options": {"mode": "blocking"}}}
	found := blocking_log_mode.deny with input as estate([container], {})
	count(found) == 1
}

test_denies_the_default_of_the_account if {
	found := blocking_log_mode.deny with input as estate([logging({})], default_mode("blocking"))
	found == {{
		"resource": arn,
		"message": "container \"web\" logs in mode \"blocking\", the account's default, expected \"non-blocking\"",
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].logConfiguration.options.mode",
			"value": null,
			"account_setting": "defaultLogDriverMode",
			"account_value": "blocking",
		},
	}}
}

test_denies_a_sidecar if {
	sidecar := object.union(logging({"mode": "blocking"}), {"name": "agent"})
	found := blocking_log_mode.deny with input as estate([logging({}), sidecar], {})
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_allows_non_blocking if {
	found := blocking_log_mode.deny with input as estate([logging({"mode": "non-blocking"})], default_mode("blocking"))
	count(found) == 0
}

test_allows_no_mode_with_a_setting_that_is_not_blocking if {
	found := blocking_log_mode.deny with input as estate([logging({})], default_mode("non-blocking"))
	count(found) == 0
}

test_allows_no_mode_without_a_setting if {
	found := blocking_log_mode.deny with input as estate([logging({})], {})
	count(found) == 0
}

test_allows_a_container_that_does_not_log if {
	found := blocking_log_mode.deny with input as estate([{"name": "web"}], default_mode("blocking"))
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := blocking_log_mode.deny with input as estate([logging({"mode": {"Ref": "Mode"}})], default_mode("blocking"))
	count(found) == 0
}
