# METADATA
# title: The task role is not the execution role
# description: |
#   The execution role is for ECS itself: it pulls images, reads the secrets that the definition names and writes
#   logs, before and beside the application. When it is the task role as well, the application can read those secrets
#   of every definition that shares the role, and pull every image. The two are compared by account and name, so that
#   a role given by its short name is recognized. A definition that leaves out either passes; TD26 asks for a task
#   role.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
# custom:
#   id: TD27
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     checkov: [CKV_AWS_249]
#   remediation:
#     text: |
#       Create a role for this application alone that `ecs-tasks.amazonaws.com` may assume, with what the application
#       itself calls, and register a revision that names it as `taskRoleArn`. Move the services, schedules and
#       pipelines that start the old revision to the new one, deregister the old one, and take from the execution role
#       what only the application needed.
package tidewaiter.controls.task_definition.execution_role_as_task_role

import rego.v1

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	role := definition.taskRoleArn
	same(role, definition.executionRoleArn)
	violation := {
		"resource": arn,
		"message": sprintf("taskRoleArn is %q, which is the execution role too, expected a role of its own", [role]),
		"evidence": {"path": "taskRoleArn", "value": role, "execution_role": definition.executionRoleArn},
	}
}

# Names of roles are unique in an account whatever their path, so account and name say which role it is.
same(one, other) if {
	one != ""
	identity(one) == identity(other)
}

identity(role) := [account, name] if {
	is_string(role)
	startswith(role, "arn:")
	parts := split(role, ":")
	account := parts[4]
	path := split(parts[5], "/")
	name := path[count(path) - 1]
} else := [input.account.id, role] if {
	is_string(role)
}
