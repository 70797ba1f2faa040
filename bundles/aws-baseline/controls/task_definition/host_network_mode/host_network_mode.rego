# METADATA
# title: Task definitions do not use the network of the host
# description: |
#   With `networkMode: host`, the containers listen on the interfaces of the instance, reach what is bound to its
#   loopback address, among it the ECS agent and the instance's metadata service, and escape the security groups of
#   their task. Security Hub's ECS.17 fails on `host`; this control also fails on a mode that it does not know.
#   Whether the mode should be `awsvpc` is for TD05 to say.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-17
# custom:
#   id: TD04
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-network-mode-not-host]
#     security-hub: [ECS.17]
#     trend-vision-one: [hostNetwork]
#   remediation:
#     text: |
#       Register a revision with `networkMode` set to `awsvpc`, or to `bridge` where `awsvpc` cannot be had. A service
#       whose tasks change to `awsvpc` needs a `networkConfiguration`, and a load balancer with targets of type `ip`,
#       so it may have to be created anew. Move everything that starts the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.host_network_mode

import rego.v1

import data.lib.host_modes

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	problem := host_modes.problem(definition, "networkMode")
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}
