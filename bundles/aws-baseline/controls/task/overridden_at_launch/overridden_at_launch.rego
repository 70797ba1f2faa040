# METADATA
# title: ECS tasks run with the roles, commands and environment of their task definition
# description: |
#   Whoever may call RunTask, and everything that calls it for them, can override parts of a reviewed task definition:
#   another task role gives the containers other rights, another command or environment makes another program of the
#   image. The control fails for each role, command, environment variable and environment file that a task overrides,
#   besides those that the parameters of `overridden_at_launch` allow. A role that is that of the task definition anyway
#   is no override; without the task definition in the document, a role gives no violation. Values of commands and
#   environment variables are redacted in the document; the names of variables are not. Overrides of CPU, memory and
#   storage are not judged, and an override that only names a container is what the API returns for a task without
#   overrides. Tasks that have stopped are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
# custom:
#   id: TK04
#   severity: medium
#   resources: ecs.tasks
#   covers: {}
#   parameters: [overridden_at_launch]
#   remediation:
#     text: |
#       Register a task definition of its own for what the task does, and start that one without overrides, by hand,
#       from the schedule or from the workflow; then stop the task. Restrict `iam:PassRole` of whoever starts tasks to
#       the roles that these task definitions name. If the override is meant, list it in `overridden_at_launch`.
package tidewaiter.controls.task.overridden_at_launch

import rego.v1

import data.lib.arns
import data.lib.tasks

params := data.params.overridden_at_launch

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some member in ["taskRoleArn", "executionRoleArn"]
	role := task.overrides[member]
	not role in params.roles
	definition := input.ecs.task_definitions[task.taskDefinitionArn]
	not same_role(role, object.get(definition, member, ""))
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q overrides %s with %q, expected the role of its task definition",
			[arns.name(arn), member, role],
		),
		"evidence": {"path": sprintf("overrides.%s", [member]), "value": role},
	}
}

deny contains violation if {
	params.command != true
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some override in task.overrides.containerOverrides
	count(override.command) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q overrides the command of container %q, expected that of its task definition",
			[arns.name(arn), override.name],
		),
		"evidence": {
			"path": path(override, "command"),
			"value": override.command,
			"container": override.name,
		},
	}
}

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some override in task.overrides.containerOverrides
	some variable in override.environment
	not allowed_variable(variable.name)
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q overrides the environment variable %q of container %q, expected that of its task definition",
			[arns.name(arn), variable.name, override.name],
		),
		"evidence": {
			"path": path(override, "environment[].name"),
			"value": variable.name,
			"container": override.name,
		},
	}
}

deny contains violation if {
	not "*" in params.environment
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some override in task.overrides.containerOverrides
	some file in override.environmentFiles
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q gives container %q the environment file %q, expected those of its task definition",
			[arns.name(arn), override.name, file.value],
		),
		"evidence": {
			"path": path(override, "environmentFiles[].value"),
			"value": file.value,
			"container": override.name,
		},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped

# A definition may name its role without the rest of the ARN.
same_role(role, defined) if role == defined

same_role(role, defined) if {
	not startswith(defined, "arn:")
	arns.name(role) == arns.name(defined)
}

allowed_variable(name) if name in params.environment

allowed_variable(_) if "*" in params.environment

path(override, member) := sprintf("overrides.containerOverrides[?name=='%s'].%s", [override.name, member])
