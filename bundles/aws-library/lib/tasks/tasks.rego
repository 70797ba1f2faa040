# METADATA
# title: Tasks
# description: |
#   What controls on tasks share. A document may hold tasks that stopped a short while ago, because the ECS API lists
#   them for about an hour; controls on running tasks exclude them.
package lib.tasks

import rego.v1

stopped(task) if task.lastStatus == "STOPPED"

# The tasks that controls on running tasks do not judge, with the reason.
excluded_as_stopped contains exclusion if {
	some arn, task in input.ecs.tasks
	stopped(task)
	exclusion := {"resource": arn, "reason": "the task has stopped"}
}

# The running tasks that controls on networks do not judge, with the reason.
excluded_on_host_network contains exclusion if {
	some arn, task in input.ecs.tasks
	not stopped(task)
	count(interfaces(task)) == 0
	exclusion := {"resource": arn, "reason": "the task has no network interface of its own"}
}

# The network interfaces of a task of its own: objects with `subnet` and `interface`, null where ECS does not say.
interfaces(task) := {interface |
	some attachment in task.attachments
	attachment.type in {"ElasticNetworkInterface", "eni"}
	interface := {
		"subnet": _detail(attachment, "subnetId"),
		"interface": _detail(attachment, "networkInterfaceId"),
	}
}

_detail(attachment, name) := value if {
	values := [detail.value | some detail in attachment.details; detail.name == name]
	value := array.concat(values, [null])[0]
}

# Where a detail of a network interface stands in the task.
interface_path(name) := sprintf("attachments[?type=='ElasticNetworkInterface'].details[?name=='%s'].value", [name])
