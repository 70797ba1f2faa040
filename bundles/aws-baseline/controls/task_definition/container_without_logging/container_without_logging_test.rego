package tidewaiter.controls.task_definition.container_without_logging_test

import rego.v1

import data.tidewaiter.controls.task_definition.container_without_logging

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

logging(driver) := {"name": "web", "logConfiguration": {"logDriver": driver}}

router := {"name": "log-router", "firelensConfiguration": {"type": "fluentbit"}}

test_denies_a_container_without_log_configuration if {
	found := container_without_logging.deny with input as estate([{"name": "web"}])
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" has no log driver, ",
			"expected one of awsfirelens, awslogs, fluentd, gelf, journald, json-file, splunk, syslog",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].logConfiguration.logDriver",
			"value": null,
		},
	}}
}

test_denies_a_log_configuration_without_driver if {
	found := container_without_logging.deny with input as estate([{"name": "web", "logConfiguration": {}}])
	count(found) == 1
}

test_denies_a_driver_that_is_null if {
	found := container_without_logging.deny with input as estate([logging(null)])
	count(found) == 1
}

test_denies_a_driver_that_does_not_exist_yet if {
	found := container_without_logging.deny with input as estate([logging("blackhole")])
	some violation in found
	startswith(violation.message, "container \"web\" has the log driver \"blackhole\", expected one of ")
}

test_denies_a_log_router_that_does_not_log_itself if {
	found := container_without_logging.deny with input as estate([logging("awsfirelens"), router])
	{violation.evidence.container | some violation in found} == {"log-router"}
}

test_denies_a_driver_that_the_parameter_leaves_out if {
	found := container_without_logging.deny with input as estate([logging("json-file")])
		with data.params.container_without_logging as {"log_drivers": ["awslogs"]}
	count(found) == 1
}

test_allows_awslogs if {
	found := container_without_logging.deny with input as estate([logging("awslogs")])
	count(found) == 0
}

test_allows_a_log_router_with_a_driver_of_its_own if {
	logged := object.union(router, {"logConfiguration": {"logDriver": "awslogs"}})
	found := container_without_logging.deny with input as estate([logging("awsfirelens"), logged])
	count(found) == 0
}

test_excludes_everything_when_no_driver_is_configured if {
	found := container_without_logging.deny with input as estate([{"name": "web"}])
		with data.params.container_without_logging as {"log_drivers": []}
	excluded := container_without_logging.exclude with input as estate([{"name": "web"}])
		with data.params.container_without_logging as {"log_drivers": []}
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := container_without_logging.deny with input as estate([logging({"Ref": "Driver"})])
	count(found) == 0
}
