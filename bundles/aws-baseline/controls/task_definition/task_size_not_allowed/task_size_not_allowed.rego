# METADATA
# title: Task definitions have an allowed size
# description: |
#   A task that takes more than it needs costs money, and on instances keeps others from starting. By parameter, the
#   task's `cpu` and `memory` must each be one of a list of values, as the condition keys `ecs:task-cpu` and
#   `ecs:task-memory` can demand from who registers a definition; an empty list, the default, judges nothing. A
#   definition for EC2 may leave both out, so that the task takes what its containers ask for: that fails where the
#   list is set.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: TD22
#   severity: low
#   resources: ecs.task_definitions
#   covers:
#     iam-condition-keys: [ecs:task-cpu, ecs:task-memory]
#   parameters: [task_size_not_allowed]
#   remediation:
#     text: |
#       Register a revision with an allowed `cpu` and `memory` for the task, measured by what Container Insights says
#       that it uses. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.task_size_not_allowed

import rego.v1

import data.lib.values

# The API gives both as texts, always in CPU units and MiB.
allowed := {dimension: {sprintf("%v", [size]) | some size in sizes} |
	some dimension, sizes in data.params.task_size_not_allowed
	count(sizes) > 0
}

deny contains violation if {
	restrictions := allowed
	some dimension, sizes in restrictions
	some arn, definition in input.ecs.task_definitions
	size := object.get(definition, dimension, null)
	values.settled(size)
	not sprintf("%v", [size]) in sizes
	violation := {
		"resource": arn,
		"message": sprintf("%s of the task is %s, expected one of %s", [
			dimension,
			stated(size),
			concat(", ", ordered(sizes)),
		]),
		"evidence": {"path": dimension, "value": size},
	}
}

exclude contains exclusion if {
	count(allowed) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter task_size_not_allowed lists no size"}
}

stated(size) := "not set" if {
	size == null
} else := sprintf("%v", [size])

# By length first, because the sizes are texts.
ordered(sizes) := [size | some [_, size] in by_length] if {
	by_length := sort([[count(text), text] | some text in sizes])
}
