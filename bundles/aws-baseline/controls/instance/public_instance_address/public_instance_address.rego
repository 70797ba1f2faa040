# METADATA
# title: EC2 instances of ECS clusters have no public IPv4 address
# description: |
#   An instance with a public address can be reached from the internet as far as its security groups let it, and with it
#   the agent, the ports of the host, and every task that publishes one. Traffic from outside belongs to a load balancer.
#   The control fails for each public IPv4 address, an Elastic IP included, of any network interface of the instance.
#   IPv6 addresses are not judged: whether one can be reached is for routes and security groups to say. Instances of ECS
#   Managed Instances are judged too, since the subnets of their capacity provider decide. Instances that are being
#   terminated are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedInstancesNetworkConfiguration.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceAssociation.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-9
# custom:
#   id: CI05
#   severity: high
#   resources: ec2.instances
#   covers:
#     aws-config: [ec2-instance-no-public-ip]
#     checkov: [CKV_AWS_88]
#     prowler: [ec2_instance_public_ip]
#     security-hub: [EC2.9, EC2.25]
#   remediation:
#     text: |
#       Start the instances in private subnets, with `AssociatePublicIpAddress` false in the launch template, and replace
#       those that run; name private subnets in the capacity provider of ECS Managed Instances. Give an Elastic IP back
#       with `aws ec2 disassociate-address`. Let them reach AWS through VPC endpoints or a NAT gateway first.
package tidewaiter.controls.instance.public_instance_address

import rego.v1

import data.lib.instances

deny contains violation if {
	some id, instance in instances.present
	found := addresses(instance)
	some value in {address.value | some address in found}
	violation := {
		"resource": id,
		"message": sprintf("instance %q has the public address %s, expected none", [id, value]),
		"evidence": {
			"path": min({address.path | some address in found; address.value == value}),
			"value": value,
			"expected": null,
		},
	}
}

exclude contains exclusion if some exclusion in instances.excluded_as_terminated

# One address may stand in several places: of the instance, of its interface, and of the private address that it leads to.
addresses(instance) := {address |
	some address in (of_instance(instance) | of_interfaces(instance)) | of_private_addresses(instance)
	address.value != ""
}

of_instance(instance) := {{"path": "PublicIpAddress", "value": object.get(instance, "PublicIpAddress", "")}}

of_interfaces(instance) := {{"path": path, "value": interface.Association.PublicIp} |
	some at, interface in instance.NetworkInterfaces
	path := sprintf("NetworkInterfaces[%d].Association.PublicIp", [at])
}

of_private_addresses(instance) := {{"path": path, "value": address.Association.PublicIp} |
	some at, interface in instance.NetworkInterfaces
	some number, address in interface.PrivateIpAddresses
	path := sprintf("NetworkInterfaces[%d].PrivateIpAddresses[%d].Association.PublicIp", [at, number])
}
