# METADATA
# title: Capacity providers
# description: |
#   What the controls on capacity providers share. Only a provider with an Auto Scaling group has settings of its own to
#   judge; a deleted one is still described for a while.
package lib.capacity_providers

import rego.v1

# The capacity providers that controls on Auto Scaling groups judge, by ARN.
scaled[arn] := provider if {
	some arn, provider in input.ecs.capacity_providers
	provider.autoScalingGroupProvider
	not deleted(provider)
}

# The others, with the reason.
excluded contains exclusion if {
	some arn, provider in input.ecs.capacity_providers
	object.get(provider, "autoScalingGroupProvider", null) == null
	exclusion := {"resource": arn, "reason": "the capacity provider has no Auto Scaling group"}
}

excluded contains exclusion if {
	some arn, provider in input.ecs.capacity_providers
	deleted(provider)
	exclusion := {"resource": arn, "reason": "the capacity provider is deleted"}
}

deleted(provider) if provider.status == "INACTIVE"
