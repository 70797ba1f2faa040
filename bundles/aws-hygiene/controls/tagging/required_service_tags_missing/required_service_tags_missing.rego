# METADATA
# title: ECS services carry the required tags
# description: |
#   Tags say who owns a service, what it is for and who pays for it; access and exceptions are decided by them. The
#   control fails for each key of the parameter `required_tags.keys` that a service does not carry, and for each tag
#   whose value is not among those that `required_tags.values` lists for it. Without keys, a service fails that has no
#   tag at all, tags under `aws:` aside. Keys are case-sensitive. This is Security Hub's ECS.13.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-13
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
# custom:
#   id: SV09
#   severity: low
#   resources: ecs.services
#   covers:
#     security-hub: [ECS.13]
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Add the tags to the service with `aws ecs tag-resource`, and to the template or pipeline that deploys it. Tags
#       of a service reach its tasks only when `propagateTags` says so, and only tasks that start afterwards.
#     action: ecs.service.tag
package tidewaiter.controls.tagging.required_service_tags_missing

import rego.v1

import data.lib.arns
import data.lib.tags

deny contains violation if {
	some arn, service in input.ecs.services
	some problem in tags.problems(object.get(service, "tags", []), data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("service %q: %s", [arns.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}
