# METADATA
# title: Containers do not log in blocking mode
# description: |
#   In blocking mode a container stops when its log driver cannot deliver: an outage of the log store becomes one of
#   the application. The mode is the `mode` in the options of the log driver, whichever driver that is; without one,
#   the account setting `defaultLogDriverMode` holds, and without that `non-blocking`, ECS's default since 2025-06-25.
#   A mode that is not known fails. Whether a container logs at all is for TD20 to say. In non-blocking mode, logs are
#   lost once the buffer is full, so a workload whose logs matter more than its availability is one for an exception.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
# custom:
#   id: TD21
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     prowler: [ecs_task_definitions_logging_block_mode]
#   remediation:
#     text: |
#       Register a revision whose log options say `mode: non-blocking`, with a `max-buffer-size` that holds what the
#       container writes while the log store cannot be reached. Where the mode comes from the account, set `aws ecs
#       put-account-setting-default --name defaultLogDriverMode --value non-blocking` instead. Move the services,
#       schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.operation.blocking_log_mode

import rego.v1

import data.lib.containers
import data.lib.values

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	mode := object.get(container, ["logConfiguration", "options", "mode"], null)
	not mode in {null, "", "non-blocking"}
	values.settled(mode)
	violation := {
		"resource": arn,
		"message": sprintf("container %q logs in mode %s, expected \"non-blocking\"", [
			containers.name(index, container),
			json.marshal(mode),
		]),
		"evidence": containers.evidence(index, container, "logConfiguration.options.mode", mode),
	}
}

deny contains violation if {
	setting := input.ecs.account_settings.defaultLogDriverMode.value
	setting != "non-blocking"
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	container.logConfiguration.logDriver
	mode := object.get(container, ["logConfiguration", "options", "mode"], null)
	mode in {null, ""}
	violation := {
		"resource": arn,
		"message": sprintf("container %q logs in mode %q, the account's default, expected \"non-blocking\"", [
			containers.name(index, container),
			setting,
		]),
		"evidence": object.union(
			containers.evidence(index, container, "logConfiguration.options.mode", mode),
			{"account_setting": "defaultLogDriverMode", "account_value": setting},
		),
	}
}
