# METADATA
# title: Networks that host tasks
# description: |
#   Which subnets and VPCs have tasks in them, or get them as configured: those that services, older deployments that
#   still run tasks, task sets, EventBridge rules and schedules name, and those where tasks run or container instances
#   are. Controls on networks judge these, or all with `data.params.judged_networks.scope`; a network that another
#   account shares with this one is never judged here, because only its owner sees and changes what belongs to it.
package lib.hosting

import rego.v1

import data.lib.launches
import data.lib.network
import data.lib.tasks

# The VPCs that controls judge.
judged_vpcs contains vpc if {
	some vpc, body in input.ec2.vpcs
	not foreign(body)
	judges_vpc(vpc)
}

# The subnets that controls judge.
judged_subnets contains subnet if {
	some subnet, body in input.ec2.subnets
	not foreign(body)
	_judges(subnet, subnets)
}

# Those of one VPC.
judged_subnets_of(vpc) := {subnet |
	some subnet in judged_subnets
	input.ec2.subnets[subnet].VpcId == vpc
}

# True when a VPC with this id is judged unless another account owns it.
judges_vpc(vpc) if _judges(vpc, vpcs)

_judges(_, _) if data.params.judged_networks.scope == "all"

_judges(id, hosting) if id in hosting

# True for what another account shares with this one.
foreign(body) if body.OwnerId != input.account.id

# The VPCs that controls do not judge, with the reason.
excluded_vpcs contains exclusion if {
	some vpc, body in input.ec2.vpcs
	not vpc in judged_vpcs
	exclusion := {"resource": vpc, "reason": reason(body)}
}

# The subnets that controls do not judge, with the reason.
excluded_subnets contains exclusion if {
	some subnet, body in input.ec2.subnets
	not subnet in judged_subnets
	exclusion := {"resource": subnet, "reason": reason(body)}
}

# Why a network is not judged.
reason(body) := sprintf("it belongs to account %s, which shares it", [body.OwnerId]) if {
	foreign(body)
} else := "no task runs in it, and nothing is configured to start one there"

vpcs contains vpc if {
	some subnet in subnets
	vpc := input.ec2.subnets[subnet].VpcId
}

vpcs contains vpc if {
	some vpc in _of_instances("ecs.vpc-id")
}

subnets contains subnet if {
	some service in input.ecs.services
	some configuration in network.configurations(service)
	some subnet in network.subnets(configuration.awsvpc)
}

subnets contains subnet if {
	some task_set in input.ecs.task_sets
	some subnet in network.subnets(network.awsvpc(task_set))
}

subnets contains subnet if {
	some task in input.ecs.tasks
	not tasks.stopped(task)
	some interface in tasks.interfaces(task)
	subnet := interface.subnet
	subnet != null
}

subnets contains subnet if {
	some rule in input.events.rules
	not launches.disabled(rule)
	some launch in launches.of(rule)
	some subnet in launches.subnets(launch)
}

subnets contains subnet if {
	some schedule in input.scheduler.schedules
	not launches.disabled(schedule)
	some launch in launches.of(schedule)
	some subnet in launches.subnets(launch)
}

subnets contains subnet if {
	some subnet in subnets_of_instances
}

# The subnets in which container instances are.
subnets_of_instances := _of_instances("ecs.subnet-id")

# The agent registers an instance with the ids of its subnet and its VPC as attributes.
_of_instances(name) := {attribute.value |
	some instance in input.ecs.container_instances
	some attribute in instance.attributes
	attribute.name == name
}

# How messages name a set of subnets.
named(ids) := sprintf("subnet %q", [id]) if {
	count(ids) == 1
	some id in ids
}

named(ids) := sprintf("subnets %s", [concat(", ", [sprintf("%q", [id]) | some id in sort(ids)])]) if count(ids) > 1
