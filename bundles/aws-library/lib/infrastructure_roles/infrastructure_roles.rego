# METADATA
# title: Infrastructure roles
# description: |
#   Which roles Amazon ECS has to manage volumes, load balancers, VPC Lattice, certificates of Service Connect, ECS Managed
#   Instances, and what Express Mode services need.
package lib.infrastructure_roles

import rego.v1

import data.lib.arns
import data.lib.launches
import data.lib.tasks

# What each role of the account is for: a set of texts by the role's ARN.
default uses := {}

uses := _uses if _uses

_uses[arn] contains by if {
	some name, service in input.ecs.services
	some [kind, role] in _of_service(service)
	arn := _role(role)
	by := sprintf("%s of service %q", [kind, arns.name(name)])
}

_uses[arn] contains by if {
	some name, task_set in input.ecs.task_sets
	some [_, role] in _of_load_balancers(task_set)
	arn := _role(role)
	by := sprintf("load balancers of task set %q", [arns.name(name)])
}

_uses[arn] contains by if {
	some name, task in input.ecs.tasks
	not tasks.stopped(task)
	some attachment in task.attachments
	some detail in attachment.details
	detail.name == "roleArn"
	arn := _role(detail.value)
	by := sprintf("volumes of task %q", [arns.name(name)])
}

_uses[arn] contains by if {
	some name, rule in input.events.rules
	some role in _of_launches(rule)
	arn := _role(role)
	by := sprintf("volumes of tasks of rule %q", [arns.name(name)])
}

_uses[arn] contains by if {
	some name, schedule in input.scheduler.schedules
	some role in _of_launches(schedule)
	arn := _role(role)
	by := sprintf("volumes of tasks of schedule %q", [arns.name(name)])
}

_uses[arn] contains by if {
	some name, provider in input.ecs.capacity_providers
	arn := _role(provider.managedInstancesProvider.infrastructureRoleArn)
	by := sprintf("managed instances of capacity provider %q", [arns.name(name)])
}

_uses[arn] contains by if {
	some name, service in input.ecs.express_services
	object.get(service, ["status", "statusCode"], "") != "INACTIVE"
	arn := _role(service.infrastructureRoleArn)
	by := sprintf("Express Mode service %q", [arns.name(name)])
}

# What a service has roles for, as pairs of a kind and an ARN.
_of_service(service) := _of_load_balancers(service) | union({roles |
	some deployment in service.deployments
	roles := _of_deployment(deployment)
})

_of_load_balancers(body) := {["load balancers", role] |
	some balancer in body.loadBalancers
	role := balancer.advancedConfiguration.roleArn
}

_of_deployment(deployment) := union({
	{["volumes", role] |
		some volume in deployment.volumeConfigurations
		role := volume.managedEBSVolume.roleArn
	},
	{["VPC Lattice", role] |
		some lattice in deployment.vpcLatticeConfigurations
		role := lattice.roleArn
	},
	{["certificates", role] |
		some endpoint in deployment.serviceConnectConfiguration.services
		role := endpoint.tls.roleArn
	},
})

_of_launches(body) := {role |
	some launch in launches.of(body)
	some role in launches.volume_roles(launch)
}

_role(reference) := reference if {
	is_string(reference)
	input.iam.roles[reference]
}
