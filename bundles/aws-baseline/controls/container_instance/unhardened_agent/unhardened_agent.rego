# METADATA
# title: ECS agents block instance metadata and privileged containers
# description: |
#   Two settings of the agent keep tasks away from the instance that they share: `ECS_AWSVPC_BLOCK_IMDS` keeps tasks with
#   a network interface of their own from the instance's credentials, and `ECS_DISABLE_PRIVILEGED` refuses privileged
#   containers. The agent reports both as attributes of its container instance. The control fails when the attribute
#   `com.amazonaws.ecs.capability.privileged-container` is there, and when `ecs.capability.task-eni` is there without
#   `ecs.capability.task-eni-block-instance-metadata`; an instance that gives tasks no network interface has nothing to
#   block in that way. The parameters `unhardened_agent.block_instance_metadata` and `refuse_privileged` turn either half
#   off. An agent registers its attributes when it starts, so what was changed since is not seen. Tasks that use the
#   network of their host or a bridge reach the metadata whatever this setting says. Instances of ECS Managed Instances,
#   whose agent AWS configures, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ec2-security-considerations.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
# custom:
#   id: CI07
#   severity: medium
#   resources: ecs.container_instances
#   covers: {}
#   parameters: [unhardened_agent]
#   remediation:
#     text: |
#       Set `ECS_AWSVPC_BLOCK_IMDS=true` and `ECS_DISABLE_PRIVILEGED=true` in `/etc/ecs/ecs.config`, in the launch
#       template's user data, and replace the instances. Tasks that take the instance's credentials need a task role
#       first, and privileged tasks capacity of their own.
package tidewaiter.controls.container_instance.unhardened_agent

import rego.v1

import data.lib.arns

params := data.params.unhardened_agent

deny contains violation if {
	params.refuse_privileged == true
	some arn, names in attributes
	privileged := "com.amazonaws.ecs.capability.privileged-container"
	privileged in names
	violation := {
		"resource": arn,
		"message": sprintf(
			"container instance %q runs privileged containers, expected ECS_DISABLE_PRIVILEGED true",
			[arns.name(arn)],
		),
		"evidence": {"path": path(privileged), "value": privileged},
	}
}

deny contains violation if {
	params.block_instance_metadata == true
	some arn, names in attributes
	"ecs.capability.task-eni" in names
	blocked := "ecs.capability.task-eni-block-instance-metadata"
	not blocked in names
	violation := {
		"resource": arn,
		"message": sprintf(
			"container instance %q gives tasks access to the instance metadata, expected ECS_AWSVPC_BLOCK_IMDS true",
			[arns.name(arn)],
		),
		"evidence": {"path": path(blocked), "value": null},
	}
}

exclude contains exclusion if {
	some arn, instance in input.ecs.container_instances
	managed(instance)
	exclusion := {"resource": arn, "reason": "AWS configures the agent of a managed instance"}
}

# The names of the attributes that each judged instance has. One whose capacity provider is not in the document is not
# judged.
attributes[arn] := {attribute.name | some attribute in instance.attributes} if {
	some arn, instance in input.ecs.container_instances
	not managed(instance)
	provider_known(instance)
}

managed(instance) if {
	some provider in input.ecs.capacity_providers
	provider.name == instance.capacityProviderName
	provider.managedInstancesProvider
}

provider_known(instance) if object.get(instance, "capacityProviderName", "") == ""

provider_known(instance) if {
	some provider in input.ecs.capacity_providers
	provider.name == instance.capacityProviderName
}

path(name) := sprintf("attributes[?name=='%s'].name", [name])
