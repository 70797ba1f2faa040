package tidewaiter.controls.operation.managed_scaling_off_test

import rego.v1

import data.tidewaiter.controls.operation.managed_scaling_off as control

arn := "arn:aws:ecs:eu-central-1:123456789012:capacity-provider/large"

provider(group) := {arn: {"status": "ACTIVE", "autoScalingGroupProvider": group}}

messages(violations) := {violation.message | some violation in violations}

test_denies_managed_scaling_that_is_off if {
	group := {"managedScaling": {"status": "DISABLED"}}
	violations := control.deny with input.ecs.capacity_providers as provider(group)
	violations == {{
		"resource": arn,
		"message": "capacity provider \"large\" has managed scaling DISABLED, expected ENABLED",
		"evidence": {
			"path": "autoScalingGroupProvider.managedScaling.status",
			"value": "DISABLED",
			"expected": "ENABLED",
		},
	}}
}

test_denies_a_status_that_is_not_known if {
	group := {"managedScaling": {"status": "PAUSED"}}
	violations := control.deny with input.ecs.capacity_providers as provider(group)
	count(violations) == 1
}

test_denies_a_provider_without_managed_scaling if {
	violations := control.deny with input.ecs.capacity_providers as provider({"autoScalingGroupArn": "asg"})
	messages(violations) == {"capacity provider \"large\" has no managed scaling, expected ENABLED"}
}

test_allows_managed_scaling_that_is_on if {
	group := {"managedScaling": {"status": "ENABLED"}}
	violations := control.deny with input.ecs.capacity_providers as provider(group)
	excluded := control.exclude with input.ecs.capacity_providers as provider(group)
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_provider_without_an_auto_scaling_group if {
	excluded := control.exclude with input.ecs.capacity_providers as {arn: {"name": "FARGATE"}}
	excluded == {{"resource": arn, "reason": "the capacity provider has no Auto Scaling group"}}
}
