# METADATA
# title: Task definitions name a task role
# description: |
#   The task role says what the application may do in AWS. A task without one that needs AWS finds another way: keys
#   in its environment, or on EC2 the role of the instance, which every task there shares. A role without any
#   permission is the way to say that a task needs nothing.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
# custom:
#   id: TD26
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     kics: [empty_roles_for_ecs_cluster_task_definitions]
#   remediation:
#     text: |
#       Create a role for this application alone that `ecs-tasks.amazonaws.com` may assume, with the permissions that
#       the application needs, none if it needs none, and register a revision that names it as `taskRoleArn`. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.task_role_missing

import rego.v1

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	role := object.get(definition, "taskRoleArn", null)
	role in {null, ""}
	violation := {
		"resource": arn,
		"message": "taskRoleArn is not set, expected a role of the application's own",
		"evidence": {"path": "taskRoleArn", "value": role},
	}
}
