# METADATA
# title: ECS capacity providers carry the required tags
# description: |
#   A capacity provider outlives the clusters that use it; its tags say whose it is. The control fails for each key of
#   the parameter `required_tags.keys` that a capacity provider does not carry, and for each tag whose value is not among
#   those that `required_tags.values` lists for it. Without keys, a capacity provider fails that has no tag at all, tags
#   under `aws:` aside. Keys are case-sensitive. `FARGATE` and `FARGATE_SPOT`, which AWS provides, and deleted capacity
#   providers are not applicable. It corresponds to the rule ecs-capacity-provider-tagged of AWS Config.
# related_resources:
#   - https://docs.aws.amazon.com/config/latest/developerguide/ecs-capacity-provider-tagged.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
# custom:
#   id: CP02
#   severity: low
#   resources: ecs.capacity_providers
#   covers:
#     aws-config: [ecs-capacity-provider-tagged]
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Add the tags with `aws ecs tag-resource`, and to the template that creates the capacity provider. Its Auto Scaling
#       group and instances are not tagged by that.
package tidewaiter.controls.tagging.required_capacity_provider_tags_missing

import rego.v1

import data.lib.arns
import data.lib.capacity_providers
import data.lib.tags

deny contains violation if {
	some arn, provider in input.ecs.capacity_providers
	not of_aws(arn)
	not capacity_providers.deleted(provider)
	some problem in tags.problems(object.get(provider, "tags", []), data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("capacity provider %q: %s", [arns.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if {
	some arn, _ in input.ecs.capacity_providers
	of_aws(arn)
	exclusion := {"resource": arn, "reason": "AWS provides the capacity provider"}
}

exclude contains exclusion if {
	some arn, provider in input.ecs.capacity_providers
	capacity_providers.deleted(provider)
	exclusion := {"resource": arn, "reason": "the capacity provider is deleted"}
}

# No other name may begin with `FARGATE`.
of_aws(arn) if arns.name(arn) in {"FARGATE", "FARGATE_SPOT"}
