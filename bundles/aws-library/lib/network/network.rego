# METADATA
# title: Network configuration
# description: |
#   The `awsvpc` network configuration of services, deployments and task sets, which all carry it at the same place. It
#   says where tasks get their network interface; bodies without it belong to tasks that use the network of their host.
#   Nothing here reads the document: what a subnet or a security group is stands in `lib.routes` and in the controls.
package lib.network

import rego.v1

import data.lib.arns
import data.lib.values

path := "networkConfiguration.awsvpcConfiguration"

# Undefined where there is none.
awsvpc(body) := body.networkConfiguration.awsvpcConfiguration

# The configurations under which tasks of a service run: its own, and those of older deployments that still run tasks
# while a newer one replaces them. Each has the `awsvpc` configuration and the id of its `deployment`, null for its own.
configurations(service) := {configuration |
	configuration := {"deployment": null, "awsvpc": awsvpc(service)}
} | {configuration |
	some deployment in service.deployments
	_draining(deployment)
	configuration := {"deployment": deployment.id, "awsvpc": awsvpc(deployment)}
	configuration.awsvpc != object.get(service, ["networkConfiguration", "awsvpcConfiguration"], null)
}

# True when there is any such configuration.
uses_awsvpc(service) if awsvpc(service)

uses_awsvpc(service) if {
	some deployment in service.deployments
	_draining(deployment)
	awsvpc(deployment)
}

_draining(deployment) if not object.get(deployment, "status", "") in {"PRIMARY", "INACTIVE"}

# What a violation of a configuration is about, to begin its message with.
subject(arn, configuration) := sprintf("service %q", [arns.name(arn)]) if configuration.deployment == null

subject(arn, configuration) := sprintf(
	"deployment %q of service %q, which still runs tasks,",
	[configuration.deployment, arns.name(arn)],
) if {
	configuration.deployment != null
}

# Where a member of a configuration stands in the service.
path_of(configuration, member) := sprintf("%s.%s", [path, member]) if configuration.deployment == null

path_of(configuration, member) := sprintf(
	"deployments[?id=='%s'].%s.%s",
	[configuration.deployment, path, member],
) if {
	configuration.deployment != null
}

# The value of assignPublicIp where it is not known to be off. Leaving it out means DISABLED in the API, so only what is
# written there counts; a value that this rule does not know is not taken for DISABLED.
public_ip_setting(configuration) := configuration.assignPublicIp if {
	configuration.assignPublicIp != "DISABLED"
	values.settled(configuration.assignPublicIp)
}

# The subnets and security groups that a configuration names, by id. What is no text, as a function in a template, names
# nothing that could be looked up.
subnets(configuration) := _ids(object.get(configuration, "subnets", []))

security_groups(configuration) := _ids(object.get(configuration, "securityGroups", []))

_ids(list) := {id |
	is_array(list)
	some id in list
	is_string(id)
}

# The subnets of a configuration that are not in `allowed`, a list of ids.
subnets_outside(configuration, allowed) := {subnet |
	some subnet in subnets(configuration)
	not subnet in allowed
}
