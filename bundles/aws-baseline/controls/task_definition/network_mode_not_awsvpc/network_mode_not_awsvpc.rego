# METADATA
# title: Task definitions use the awsvpc network mode
# description: |
#   Only with `awsvpc` has each task a network interface of its own, so that security groups, flow logs and subnets
#   apply to the task instead of to everything on its instance. A definition without a mode gets `bridge`, unless it
#   is for Fargate or Managed Instances alone, where `awsvpc` is the default. ECS Anywhere does not offer the mode, so
#   definitions for EXTERNAL capacity alone are left out. A mode that is not known fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/ecs-awsvpc-networking-enabled.html
# custom:
#   id: TD05
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-awsvpc-networking-enabled]
#     control-tower: [CT.ECS.PR.4]
#     kics: [ecs_task_definition_network_mode_not_recommended]
#   remediation:
#     text: |
#       Register a revision with `networkMode` set to `awsvpc`. Services and schedules that start it need a
#       `networkConfiguration` with subnets and security groups, and load balancers targets of type `ip`, so a service
#       may have to be created anew. Move everything that starts the old revision to the new one, then deregister the
#       old one.
package tidewaiter.controls.task_definition.network_mode_not_awsvpc

import rego.v1

import data.lib.containers

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	mode := object.get(definition, "networkMode", null)
	mode != "awsvpc"
	not is_object(mode)
	not defaults_to_awsvpc(mode, definition)
	not external(definition)
	violation := {
		"resource": arn,
		"message": sprintf("%s, expected \"awsvpc\"", [stated(mode)]),
		"evidence": {"path": "networkMode", "value": mode},
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	external(definition)
	exclusion := {
		"resource": arn,
		"reason": "it is for ECS Anywhere alone, which does not offer the awsvpc network mode",
	}
}

external(definition) if containers.runs_only_on(definition, {"EXTERNAL"})

defaults_to_awsvpc(null, definition) if containers.runs_only_on(definition, {"FARGATE", "MANAGED_INSTANCES"})

stated(null) := "networkMode is not set, which means \"bridge\" on EC2"

stated(mode) := sprintf("networkMode is %q", [mode]) if mode != null
