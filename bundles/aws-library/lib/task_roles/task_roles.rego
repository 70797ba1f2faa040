# METADATA
# title: Roles of tasks
# description: |
#   Which roles tasks run with, and what runs with each: through the task definitions in use, overrides of tasks and of
#   launches, daemons and Express Mode services. A definition is in use when a service, one of its deployments, a task
#   set, a task that has not stopped, an EventBridge rule or a schedule of EventBridge Scheduler, disabled or not, names
#   it.
package lib.task_roles

import rego.v1

import data.lib.arns
import data.lib.launches
import data.lib.revisions
import data.lib.tasks

# What runs with each role of the account as its task role: a set of texts by the role's ARN.
default of_tasks := {}

of_tasks := _of_tasks if _of_tasks

# What runs with each role of the account as its task execution role.
default of_execution := {}

of_execution := _of_execution if _of_execution

_of_tasks[arn] contains use.by if {
	some use in _uses
	arn := _role(use.task)
}

_of_execution[arn] contains use.by if {
	some use in _uses
	arn := _role(use.execution)
}

# The roles that controls on task roles do not judge, with the reason.
excluded contains exclusion if {
	judged := of_tasks
	some arn, _ in input.iam.roles
	not judged[arn]
	exclusion := {"resource": arn, "reason": "no task that is configured or runs has it as its task role"}
}

_uses contains use if {
	some arn in _in_use
	definition := input.ecs.task_definitions[arn]
	use := _use(definition, _family(arn))
}

_uses contains use if {
	some task in input.ecs.tasks
	not tasks.stopped(task)
	use := _use(task.overrides, _family(task.taskDefinitionArn))
}

_uses contains use if {
	some launch in _launches
	is_string(launch.definition)
	use := {
		"by": _family(launch.definition),
		"task": launches.role(launch, "taskRoleArn"),
		"execution": launches.role(launch, "executionRoleArn"),
	}
}

_uses contains use if {
	some arn, daemon in input.ecs.daemons
	some current in daemon.currentRevisions
	definition := input.ecs.daemon_revisions[current.arn].daemonTaskDefinitionArn
	use := _use(input.ecs.daemon_task_definitions[definition], sprintf("daemon %q", [arns.name(arn)]))
}

_uses contains use if {
	some arn, service in input.ecs.express_services
	object.get(service, ["status", "statusCode"], "") != "INACTIVE"
	some configuration in service.activeConfigurations
	use := _use(configuration, _express(arn, configuration))
}

# The family that Amazon ECS made for the service, where it says so.
_express(arn, configuration) := _family(definition) if {
	definition := configuration.taskDefinitionArn
} else := _family(definition) if {
	definition := input.ecs.services[arn].taskDefinition
} else := sprintf("Express Mode service %q", [arns.name(arn)])

_use(body, by) := {
	"by": by,
	"task": object.get(body, "taskRoleArn", null),
	"execution": object.get(body, "executionRoleArn", null),
}

_family(reference) := sprintf("family %q", [split(revisions.label(reference), ":")[0]])

_in_use contains arn if {
	some service in input.ecs.services
	arn := service.taskDefinition
}

_in_use contains arn if {
	some service in input.ecs.services
	some deployment in service.deployments
	arn := deployment.taskDefinition
}

_in_use contains arn if {
	some task_set in input.ecs.task_sets
	arn := task_set.taskDefinition
}

_in_use contains arn if {
	some task in input.ecs.tasks
	not tasks.stopped(task)
	arn := task.taskDefinitionArn
}

_in_use contains arn if {
	some launch in _launches
	arn := launches.revision(launch)
}

_launches contains launch if {
	some rule in input.events.rules
	some launch in launches.of(rule)
}

_launches contains launch if {
	some schedule in input.scheduler.schedules
	some launch in launches.of(schedule)
}

# A role is named by its ARN, or in short by its name, which no other role of the account has.
_role(reference) := reference if {
	is_string(reference)
	input.iam.roles[reference]
}

_role(reference) := arn if {
	is_string(reference)
	not contains(reference, ":")
	arn := _by_name[arns.name(reference)]
}

_by_name := {arns.name(arn): arn | some arn, _ in input.iam.roles}
