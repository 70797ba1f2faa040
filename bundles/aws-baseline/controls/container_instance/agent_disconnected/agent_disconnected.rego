# METADATA
# title: ECS container instances have a connected agent
# description: |
#   An instance whose agent is not connected takes no new tasks, and what runs on it can be neither stopped nor watched by
#   ECS: its tasks go on with whatever they were told last. The control fails when `agentConnected` of a container
#   instance is not true. Instances that are being registered or deregistered are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-versions.html
# custom:
#   id: CI01
#   severity: medium
#   resources: ecs.container_instances
#   covers:
#     powerpipe: [ecs_cluster_container_instance_agent_connected]
#   remediation:
#     text: |
#       Look at the instance and at the agent's log in `/var/log/ecs`: the agent may have stopped, or have lost its way to
#       the ECS endpoints or the rights of the instance's role. Restart the agent, or replace the instance; deregister an
#       instance that is gone.
package tidewaiter.controls.container_instance.agent_disconnected

import rego.v1

import data.lib.arns

deny contains violation if {
	some arn, instance in input.ecs.container_instances
	not in_transition(instance)
	value := object.get(instance, "agentConnected", null)
	value != true
	violation := {
		"resource": arn,
		"message": sprintf(
			"container instance %q (%s) has no connected agent, expected agentConnected true",
			[arns.name(arn), object.get(instance, "ec2InstanceId", "of no instance id")],
		),
		"evidence": {"path": "agentConnected", "value": value, "expected": true},
	}
}

exclude contains exclusion if {
	some arn, instance in input.ecs.container_instances
	in_transition(instance)
	exclusion := {"resource": arn, "reason": sprintf("the container instance is %s", [instance.status])}
}

in_transition(instance) if instance.status in {"REGISTERING", "DEREGISTERING", "INACTIVE"}
