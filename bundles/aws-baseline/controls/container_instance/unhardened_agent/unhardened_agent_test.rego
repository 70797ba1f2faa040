package tidewaiter.controls.container_instance.unhardened_agent_test

import rego.v1

import data.tidewaiter.controls.container_instance.unhardened_agent as control

arn := "arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0a1b"

privileged := "com.amazonaws.ecs.capability.privileged-container"

interfaces := "ecs.capability.task-eni"

blocked := "ecs.capability.task-eni-block-instance-metadata"

instance(names) := {"attributes": [{"name": name} | some name in names]}

estate(names) := {arn: instance(names)}

managed := {"p": {"name": "mi", "managedInstancesProvider": {"infrastructureRoleArn": "r"}}}

messages(violations) := {violation.message | some violation in violations}

test_denies_privileged_containers if {
	violations := control.deny with input.ecs.container_instances as estate([privileged])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"container instance \"0a1b\" runs privileged containers,",
			"expected ECS_DISABLE_PRIVILEGED true",
		]),
		"evidence": {"path": sprintf("attributes[?name=='%s'].name", [privileged]), "value": privileged},
	}}
}

test_denies_metadata_that_is_not_blocked if {
	violations := control.deny with input.ecs.container_instances as estate([interfaces])
	messages(violations) == {concat(" ", [
		"container instance \"0a1b\" gives tasks access to the instance metadata,",
		"expected ECS_AWSVPC_BLOCK_IMDS true",
	])}
}

test_denies_an_instance_of_an_auto_scaling_group if {
	violations := control.deny with input.ecs.container_instances as {arn: object.union(
		instance([privileged]),
		{"capacityProviderName": "large"},
	)}
		with input.ecs.capacity_providers as {"p": {"name": "large", "autoScalingGroupProvider": {}}}
	count(violations) == 1
}

test_allows_a_hardened_agent if {
	violations := control.deny with input.ecs.container_instances as estate([interfaces, blocked])
	excluded := control.exclude with input.ecs.container_instances as estate([interfaces, blocked])
	count(violations) == 0
	count(excluded) == 0
}

test_allows_an_instance_without_interfaces_for_tasks if {
	violations := control.deny with input.ecs.container_instances as estate(["ecs.capability.external"])
	count(violations) == 0
}

test_allows_what_is_not_asked_for if {
	violations := control.deny with input.ecs.container_instances as estate([privileged, interfaces])
		with data.params.unhardened_agent as {"block_instance_metadata": false, "refuse_privileged": false}
	count(violations) == 0
}

test_excludes_a_managed_instance if {
	instances := {arn: object.union(instance([privileged]), {"capacityProviderName": "mi"})}
	violations := control.deny with input.ecs.container_instances as instances
		with input.ecs.capacity_providers as managed
	excluded := control.exclude with input.ecs.container_instances as instances
		with input.ecs.capacity_providers as managed
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "AWS configures the agent of a managed instance"}}
}

test_unknown_when_the_capacity_provider_is_not_there if {
	instances := {arn: object.union(instance([privileged]), {"capacityProviderName": "mi"})}
	violations := control.deny with input.ecs.container_instances as instances
		with input.ecs.capacity_providers as {}
	count(violations) == 0
}
