# METADATA
# title: ECS capacity providers have managed scaling on
# description: |
#   With managed scaling, ECS starts and stops the instances of an Auto Scaling group by what the tasks need; without it
#   tasks wait for capacity that nobody adds, instances without tasks stay, and managed termination protection has no
#   effect. The control fails when `managedScaling.status` of a capacity provider with an Auto Scaling group is absent
#   or not `ENABLED`. Other capacity providers, as Fargate and ECS Managed Instances, have no such setting and are not
#   applicable, and neither are deleted ones. It is the precondition of Security Hub's ECS.19.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-19
# custom:
#   id: CP03
#   severity: low
#   resources: ecs.capacity_providers
#   covers: {}
#   remediation:
#     text: |
#       Remove other scaling policies from the Auto Scaling group, then call `aws ecs update-capacity-provider --name NAME
#       --auto-scaling-group-provider managedScaling={status=ENABLED}`.
package tidewaiter.controls.operation.managed_scaling_off

import rego.v1

import data.lib.arns
import data.lib.capacity_providers
import data.lib.values

deny contains violation if {
	some arn, provider in capacity_providers.scaled
	value := object.get(provider.autoScalingGroupProvider, ["managedScaling", "status"], null)
	value != "ENABLED"
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf("capacity provider %q has %s, expected ENABLED", [arns.name(arn), described(value)]),
		"evidence": {
			"path": "autoScalingGroupProvider.managedScaling.status",
			"value": value,
			"expected": "ENABLED",
		},
	}
}

exclude contains exclusion if some exclusion in capacity_providers.excluded

described(null) := "no managed scaling"

described(value) := sprintf("managed scaling %v", [value]) if value != null
