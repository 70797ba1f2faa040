# METADATA
# title: Containers in the network of the host run as a user other than root
# description: |
#   A root user in the network of the host binds any port there and, with a capability or two more, rewrites the host's
#   network. This is Security Hub's ECS.1, which AWS retired in 2026: with `networkMode: host`, a container fails that
#   is not privileged and whose `user` is root or not set; a privileged one is left to TD01. TD04 forbids the mode and
#   TD07 the user, each on its own, so this control judges nothing unless the parameter `enabled` says so. Definitions
#   for Windows, which has no such mode, are left out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-user-for-host-mode-check.html
# custom:
#   id: TD06
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-user-for-host-mode-check]
#     aws-guard-rules: [ECS_TASK_DEFINITION_USER_FOR_HOST_MODE_CHECK]
#     control-tower: [CT.ECS.PR.8]
#     powerpipe: [ecs_task_definition_user_for_host_mode_check]
#     prowler: [ecs_task_definitions_host_networking_mode_users]
#     security-hub: [ECS.1]
#   parameters: [root_user_in_host_network]
#   remediation:
#     text: |
#       Register a revision with `networkMode` set to `awsvpc`, or one whose containers each set `user` to a user id of
#       their own, such as `1000:1000`. Move the services, schedules and pipelines that start the old revision to the
#       new one, then deregister the old one.
package tidewaiter.controls.task_definition.root_user_in_host_network

import rego.v1

import data.lib.containers
import data.lib.users

enabled if data.params.root_user_in_host_network.enabled == true

deny contains violation if {
	enabled
	some arn, definition in input.ecs.task_definitions
	definition.networkMode == "host"
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	not container.privileged == true
	user := object.get(container, "user", null)
	problem := users.root(user)
	violation := {
		"resource": arn,
		"message": sprintf("container %q %s in the network of the host, expected a user other than root", [
			containers.name(index, container),
			problem,
		]),
		"evidence": containers.evidence(index, container, "user", user),
	}
}

exclude contains exclusion if {
	not enabled
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter root_user_in_host_network.enabled is not true"}
}

exclude contains exclusion if {
	enabled
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no host network mode"}
}
