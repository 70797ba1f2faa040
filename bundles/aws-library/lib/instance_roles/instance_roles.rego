# METADATA
# title: Roles of container instances
# description: |
#   Which roles the machines of container instances have: that of the instance profile of each EC2 instance, and of those
#   that ECS Managed Instances are to get. An external instance has a role of Systems Manager, which is not in the
#   document.
package lib.instance_roles

import rego.v1

import data.lib.arns
import data.lib.instances

# What has each role of the account: a set of texts by the role's ARN.
default of_instances := {}

of_instances := _of_instances if _of_instances

_of_instances[arn] contains use.by if {
	some use in _uses
	arn := _role_of[use.profile]
}

_uses contains use if {
	some instance in input.ecs.container_instances
	machine := instances.present[instance.ec2InstanceId]
	use := {
		"by": sprintf("the container instances of cluster %q", [_cluster(instance)]),
		"profile": machine.IamInstanceProfile.Arn,
	}
}

_uses contains use if {
	some arn, provider in input.ecs.capacity_providers
	use := {
		"by": sprintf("capacity provider %q", [arns.name(arn)]),
		"profile": provider.managedInstancesProvider.instanceLaunchTemplate.ec2InstanceProfileArn,
	}
}

# The ARN of a container instance names its cluster.
_cluster(instance) := split(instance.containerInstanceArn, "/")[1]

# A profile has one role.
_role_of := {profile.Arn: arn |
	some arn, role in input.iam.roles
	some profile in role.InstanceProfileList
}
