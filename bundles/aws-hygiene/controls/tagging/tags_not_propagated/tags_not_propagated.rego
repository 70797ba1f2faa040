# METADATA
# title: ECS services propagate tags to their tasks
# description: |
#   A task carries the tags of its service or task definition only when the service says so; without them, costs cannot
#   be attributed, and IAM conditions and tools that go by tags do not see the task. The control fails when
#   `propagateTags` is absent, `NONE`, or not one of the parameter `tags_not_propagated.sources`.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
# custom:
#   id: SV05
#   severity: medium
#   resources: ecs.services
#   covers:
#     aws-config: [ecs-service-propagate-tags-enabled]
#     iam-condition-keys: [ecs:propagate-tags]
#   parameters: [tags_not_propagated]
#   remediation:
#     text: |
#       Set `propagateTags` to `SERVICE` or `TASK_DEFINITION`. Only tasks that start afterwards get the tags: force a
#       new deployment to replace the running ones.
#     action: ecs.service.update
package tidewaiter.controls.tagging.tags_not_propagated

import rego.v1

import data.lib.arns
import data.lib.values

deny contains violation if {
	some arn, service in input.ecs.services
	value := object.get(service, "propagateTags", null)
	not value in data.params.tags_not_propagated.sources
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"service %q has %s, expected %s",
			[arns.name(arn), described(value), concat(" or ", data.params.tags_not_propagated.sources)],
		),
		"evidence": {
			"path": "propagateTags",
			"value": value,
			"expected": data.params.tags_not_propagated.sources,
		},
	}
}

described(null) := "no propagateTags"

described(value) := sprintf("propagateTags %v", [value]) if value != null
