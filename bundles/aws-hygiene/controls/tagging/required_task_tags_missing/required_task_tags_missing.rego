# METADATA
# title: ECS tasks carry the required tags
# description: |
#   A task gets its tags when it starts, from its service or task definition where these propagate them, or from whoever
#   starts it; IAM conditions, cost allocation and tools that go by tags see only what arrived. The control fails for
#   each key of the parameter `required_tags.keys` that a task does not carry, and for each tag whose value is not among
#   those that `required_tags.values` lists for it. Without keys, a task fails that has no tag at all, tags under `aws:`
#   aside. Keys are case-sensitive. Tasks that have stopped are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
# custom:
#   id: TK06
#   severity: low
#   resources: ecs.tasks
#   covers: {}
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Tag what starts the task and let it propagate its tags: `propagateTags` of the service or of the `RunTask` call,
#       then replace the task. A task that must go on can be tagged with `aws ecs tag-resource`.
package tidewaiter.controls.tagging.required_task_tags_missing

import rego.v1

import data.lib.arns
import data.lib.tags
import data.lib.tasks

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some problem in tags.problems(object.get(task, "tags", []), data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("task %q: %s", [arns.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped
