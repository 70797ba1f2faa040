# METADATA
# title: EC2 instances of container instances
# description: |
#   Which EC2 instances controls judge: those that container instances run on, unless they are being terminated, or AWS
#   operates them. An instance of ECS Managed Instances is configured and replaced by AWS, and EC2 says so. A machine
#   that is registered through ECS Anywhere is no EC2 instance and has no member in `input.ec2.instances`.
package lib.instances

import rego.v1

# The instances that controls judge, by id.
judged[id] := instance if {
	some id, instance in present
	not _operated(instance)
}

# The same with those that AWS operates, for what follows from the subnets that they were given.
present[id] := instance if {
	some id, instance in input.ec2.instances
	not _terminated(instance)
}

# The instances that controls do not judge, with the reason.
excluded contains exclusion if some exclusion in excluded_as_terminated

excluded_as_terminated contains exclusion if {
	some id, instance in input.ec2.instances
	_terminated(instance)
	exclusion := {"resource": id, "reason": "the instance is being terminated"}
}

excluded contains exclusion if {
	some id, instance in present
	_operated(instance)
	exclusion := {"resource": id, "reason": "AWS operates the instance"}
}

_terminated(instance) if instance.State.Name in {"shutting-down", "terminated"}

_operated(instance) if instance.Operator.Managed == true
