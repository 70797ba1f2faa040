# METADATA
# title: Task definitions carry the required tags
# description: |
#   Tags say who owns a task definition and what it is for, they can be passed on to the tasks, and conditions in IAM
#   policies build on them. The keys that must be there, and the values that they may have, are a parameter; without
#   any, one tag is enough. Keys are compared case-sensitively, and tags under `aws:` do not count, as in Security
#   Hub's ECS.15.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-15
# custom:
#   id: TD28
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     security-hub: [ECS.15]
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Tag the revision with `aws ecs tag-resource`; tags are the one part of a revision that can still change. Add
#       the tags where revisions are registered as well, since a new revision does not take over those of the one
#       before.
package tidewaiter.controls.tagging.required_tags_missing

import rego.v1

import data.lib.arns
import data.lib.tags

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some problem in tags.problems(object.get(definition, "tags", []), data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("task definition %q: %s", [arns.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}
