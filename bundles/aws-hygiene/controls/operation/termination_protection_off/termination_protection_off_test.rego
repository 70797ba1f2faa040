package tidewaiter.controls.operation.termination_protection_off_test

import rego.v1

import data.tidewaiter.controls.operation.termination_protection_off as control

arn := "arn:aws:ecs:eu-central-1:123456789012:capacity-provider/gpu"

provider(group) := {"name": "gpu", "status": "ACTIVE", "autoScalingGroupProvider": group}

deleted := object.union(provider({"managedTerminationProtection": "DISABLED"}), {"status": "INACTIVE"})

protection(value, scaling) := provider({
	"managedTerminationProtection": value,
	"managedScaling": {"status": scaling},
})

messages(violations) := {violation.message | some violation in violations}

test_denies_a_provider_with_protection_disabled if {
	violations := control.deny with input.ecs.capacity_providers as {arn: protection("DISABLED", "ENABLED")}
	violations == {{
		"resource": arn,
		"message": "capacity provider \"gpu\" has managedTerminationProtection DISABLED, expected ENABLED",
		"evidence": {
			"path": "autoScalingGroupProvider.managedTerminationProtection",
			"value": "DISABLED",
			"expected": "ENABLED",
		},
	}}
}

test_denies_a_provider_without_the_setting if {
	violations := control.deny with input.ecs.capacity_providers as {arn: provider({})}
	messages(violations) == {"capacity provider \"gpu\" has no managedTerminationProtection, expected ENABLED"}
}

test_denies_protection_without_managed_scaling if {
	violations := control.deny with input.ecs.capacity_providers as {arn: protection("ENABLED", "DISABLED")}
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"capacity provider \"gpu\" has managed scaling DISABLED,",
			"expected ENABLED for termination protection to work",
		]),
		"evidence": {
			"path": "autoScalingGroupProvider.managedScaling.status",
			"value": "DISABLED",
			"expected": "ENABLED",
		},
	}}
}

test_denies_protection_where_nothing_says_that_scaling_is_managed if {
	group := {"managedTerminationProtection": "ENABLED"}
	violations := control.deny with input.ecs.capacity_providers as {arn: provider(group)}
	messages(violations) == {concat(" ", [
		"capacity provider \"gpu\" has no managed scaling,",
		"expected ENABLED for termination protection to work",
	])}
}

test_denies_once_when_neither_is_enabled if {
	violations := control.deny with input.ecs.capacity_providers as {arn: protection("DISABLED", "DISABLED")}
	count(violations) == 1
}

test_allows_protection_with_managed_scaling if {
	violations := control.deny with input.ecs.capacity_providers as {arn: protection("ENABLED", "ENABLED")}
	count(violations) == 0
}

test_excludes_fargate if {
	fargate := {"name": "FARGATE", "status": "ACTIVE"}
	violations := control.deny with input.ecs.capacity_providers as {arn: fargate}
	excluded := control.exclude with input.ecs.capacity_providers as {arn: fargate}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the capacity provider has no Auto Scaling group"}}
}

test_excludes_managed_instances if {
	managed := {"name": "managed", "status": "ACTIVE", "managedInstancesProvider": {}}
	excluded := control.exclude with input.ecs.capacity_providers as {arn: managed}
	count(excluded) == 1
}

test_excludes_a_deleted_provider if {
	violations := control.deny with input.ecs.capacity_providers as {arn: deleted}
	excluded := control.exclude with input.ecs.capacity_providers as {arn: deleted}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the capacity provider is deleted"}}
}

test_excludes_no_provider_with_a_group if {
	excluded := control.exclude with input.ecs.capacity_providers as {arn: protection("ENABLED", "ENABLED")}
	count(excluded) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.capacity_providers as {arn: protection({"Ref": "Protection"}, "ENABLED")}
	count(violations) == 0
}
