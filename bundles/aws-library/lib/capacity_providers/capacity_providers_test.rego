package lib.capacity_providers_test

import rego.v1

import data.lib.capacity_providers

arn := "arn:aws:ecs:eu-central-1:123456789012:capacity-provider/large"

estate(provider) := {arn: provider}

test_a_provider_with_an_auto_scaling_group_is_scaled if {
	provider := {"status": "ACTIVE", "autoScalingGroupProvider": {"autoScalingGroupArn": "asg"}}
	scaled := capacity_providers.scaled with input.ecs.capacity_providers as estate(provider)
	scaled == {arn: provider}
	excluded := capacity_providers.excluded with input.ecs.capacity_providers as estate(provider)
	count(excluded) == 0
}

test_a_provider_without_one_is_not if {
	provider := {"status": "ACTIVE", "name": "FARGATE"}
	scaled := capacity_providers.scaled with input.ecs.capacity_providers as estate(provider)
	count(scaled) == 0
	excluded := capacity_providers.excluded with input.ecs.capacity_providers as estate(provider)
	excluded == {{"resource": arn, "reason": "the capacity provider has no Auto Scaling group"}}
}

test_a_deleted_provider_is_not if {
	provider := {"status": "INACTIVE", "autoScalingGroupProvider": {"autoScalingGroupArn": "asg"}}
	scaled := capacity_providers.scaled with input.ecs.capacity_providers as estate(provider)
	count(scaled) == 0
	excluded := capacity_providers.excluded with input.ecs.capacity_providers as estate(provider)
	excluded == {{"resource": arn, "reason": "the capacity provider is deleted"}}
}
