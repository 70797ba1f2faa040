# METADATA
# title: ECS task definition families have no old ACTIVE revisions that nothing uses
# description: |
#   An ACTIVE revision can be started by whoever may start tasks, with the image, the secrets and the roles of its day,
#   long after everything it got wrong was put right. The control fails when a family has ACTIVE revisions that no
#   service, deployment, task set, running task, EventBridge rule or schedule uses, and that are not among the newest
#   `unused_revisions.keep`. What uses revisions is only known when all of these were read; a person or a pipeline that
#   starts a revision now and then is not seen. Whether a revision is old is told by its number alone.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
# custom:
#   id: TD35
#   severity: low
#   resources: ecs.task_definition_families
#   covers: {}
#   parameters: [unused_revisions]
#   remediation:
#     text: |
#       Deregister the revisions with `aws ecs deregister-task-definition`, and have the pipeline that registers new ones
#       do so from now on. What runs is not touched; an INACTIVE revision can no longer be started by its number. Raise
#       `unused_revisions.keep` if revisions are kept to roll back to.
package tidewaiter.controls.upkeep.unused_revisions

import rego.v1

deny contains violation if {
	some arn, family in input.ecs.task_definition_families
	numbers := sort(unused(arn, family))
	number := count(numbers)
	number > 0
	first := sprintf("%s:%d", [family.family, numbers[0]])
	last := sprintf("%s:%d", [family.family, numbers[number - 1]])
	violation := {
		"resource": arn,
		"message": sprintf(
			"task definition family %q has %s that nothing uses (%s), expected none older than the newest %d",
			[family.family, counted(number), spanned(first, last), data.params.unused_revisions.keep],
		),
		"evidence": {
			"path": "taskDefinitionArns",
			"value": number,
			"oldest": first,
			"newest": last,
		},
	}
}

unused(arn, family) := {number | some number in array.slice(numbers, 0, last)} - in_use(arn) if {
	numbers := sort(family.activeRevisions)
	last := max([0, count(numbers) - data.params.unused_revisions.keep])
}

in_use(arn) := numbers if {
	numbers := used_of[arn]
} else := set()

# The numbers of the revisions in use, by family.
# Whole, because OPA goes through a partial rule again for each key that it is asked for.
used_of := used

used[family] contains to_number(number) if {
	some arn, usage in input.usage
	is_used(usage)
	parts := split(arn, ":")
	number := parts[count(parts) - 1]
	regex.match(`^[0-9]+$`, number)
	family := trim_suffix(arn, sprintf(":%s", [number]))
}

# A document says of every task definition in it who uses it, and of the newest of a family this may be nobody.
is_used(usage) if {
	some list in ["deployments", "schedules", "services", "task_sets"]
	count(object.get(usage, list, [])) > 0
}

is_used(usage) if {
	some task in usage.tasks
	object.get(input.ecs, ["tasks", task, "lastStatus"], "") != "STOPPED"
}

counted(1) := "an ACTIVE revision"

counted(number) := sprintf("%d ACTIVE revisions", [number]) if number > 1

spanned(first, last) := first if first == last

spanned(first, last) := sprintf("%s to %s", [first, last]) if first != last
