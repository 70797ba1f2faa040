# METADATA
# title: ECS capacity providers have managed termination protection on
# description: |
#   Without managed termination protection, an Auto Scaling group that scales in may terminate instances on which tasks
#   run. The control fails when `managedTerminationProtection` of a capacity provider with an Auto Scaling group is not
#   `ENABLED`, and when it is `ENABLED` but managed scaling is not, because it then has no effect. Other capacity
#   providers, as Fargate and ECS Managed Instances, have no such setting and are not applicable, and neither are
#   deleted ones. This is Security Hub's ECS.19.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-19
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-termination-protection.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
# custom:
#   id: CP01
#   severity: medium
#   resources: ecs.capacity_providers
#   covers:
#     aws-config: [ecs-capacity-provider-termination-check]
#     security-hub: [ECS.19]
#   remediation:
#     text: |
#       Turn on instance scale-in protection for the Auto Scaling group and its instances, then call `aws ecs
#       update-capacity-provider --name NAME --auto-scaling-group-provider
#       managedScaling={status=ENABLED},managedTerminationProtection=ENABLED`.
package tidewaiter.controls.operation.termination_protection_off

import rego.v1

import data.lib.arns
import data.lib.capacity_providers
import data.lib.values

deny contains violation if {
	some arn, provider in capacity_providers.scaled
	value := object.get(provider.autoScalingGroupProvider, "managedTerminationProtection", null)
	value != "ENABLED"
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"capacity provider %q has %s, expected ENABLED",
			[arns.name(arn), described(value)],
		),
		"evidence": {
			"path": "autoScalingGroupProvider.managedTerminationProtection",
			"value": value,
			"expected": "ENABLED",
		},
	}
}

deny contains violation if {
	some arn, provider in capacity_providers.scaled
	provider.autoScalingGroupProvider.managedTerminationProtection == "ENABLED"
	value := object.get(provider.autoScalingGroupProvider, ["managedScaling", "status"], null)
	value != "ENABLED"
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"capacity provider %q has %s, expected ENABLED for termination protection to work",
			[arns.name(arn), scaling(value)],
		),
		"evidence": {
			"path": "autoScalingGroupProvider.managedScaling.status",
			"value": value,
			"expected": "ENABLED",
		},
	}
}

exclude contains exclusion if some exclusion in capacity_providers.excluded

described(null) := "no managedTerminationProtection"

described(value) := sprintf("managedTerminationProtection %v", [value]) if value != null

scaling(null) := "no managed scaling"

scaling(value) := sprintf("managed scaling %v", [value]) if value != null
