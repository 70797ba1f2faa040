# METADATA
# title: ECS clusters carry the required tags
# description: |
#   Tags say who owns a cluster, what it is for and who pays for it; access and exceptions are decided by them. The
#   control fails for each key of the parameter `required_tags.keys` that a cluster does not carry, and for each tag
#   whose value is not among those that `required_tags.values` lists for it. Without keys, a cluster fails that has no
#   tag at all, tags under `aws:` aside. Keys are case-sensitive. This is Security Hub's ECS.14.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-14
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
# custom:
#   id: CL02
#   severity: low
#   resources: ecs.clusters
#   covers:
#     security-hub: [ECS.14]
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Add the tags to the cluster with `aws ecs tag-resource`, and to the template that creates it. What stands in the
#       cluster is not tagged by that.
package tidewaiter.controls.tagging.required_cluster_tags_missing

import rego.v1

import data.lib.arns
import data.lib.tags

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	some problem in tags.problems(object.get(cluster, "tags", []), data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("cluster %q: %s", [arns.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}
