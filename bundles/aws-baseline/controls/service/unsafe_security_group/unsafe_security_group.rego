# METADATA
# title: ECS services use allowed security groups that are not open to the internet
# description: |
#   The security groups of a service are the last thing between its tasks and the network. The control fails when a
#   service uses the default security group of its VPC, also when it names no group at all, because ECS then takes that
#   one; when a group allows traffic from 0.0.0.0/0 or ::/0 to ports other than those of the parameters
#   `unsafe_security_group.open_tcp_ports` and `open_udp_ports`, or in another protocol; and when the parameter
#   `unsafe_security_group.allowed_ids` lists groups and one is not among them. ICMP has no ports and is not judged. A
#   group that is not in the document is only judged by its id. Older deployments that still run tasks are judged too.
#   Services whose tasks use the network of their host are not applicable. This joins Security Hub's EC2.2, EC2.18,
#   EC2.19, EC2.53 and EC2.54 with the services that use the groups.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
# custom:
#   id: SV04
#   severity: high
#   resources: ecs.services
#   covers:
#     aws-config: [restricted-common-ports, vpc-sg-open-only-to-authorized-ports]
#     cloud-custodian: [ecs-service.security-group]
#     security-hub: [EC2.18, EC2.19, EC2.53, EC2.54]
#   parameters: [unsafe_security_group]
#   remediation:
#     text: |
#       Give the service a security group of its own, and let it allow only what the tasks serve, from the security
#       group of the load balancer or of the callers. Replace rules for 0.0.0.0/0 and ::/0 by those groups or by prefix
#       lists. Changing rules takes effect at once; changing the groups of a service starts a new deployment.
package tidewaiter.controls.service.unsafe_security_group

import rego.v1

import data.lib.network

params := data.params.unsafe_security_group

# The ports that may be open to everyone, by protocol.
open_ports := {
	"tcp": {port | some port in params.open_tcp_ports},
	"udp": {port | some port in params.open_udp_ports},
}

# The service names no group, so its tasks get the default one.
deny contains violation if {
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	count(object.get(configuration.awsvpc, "securityGroups", [])) == 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s names no security group and so gets the default one of its VPC, expected a group of its own",
			[network.subject(arn, configuration)],
		),
		"evidence": {"path": network.path_of(configuration, "securityGroups"), "value": []},
	}
}

deny contains violation if {
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	some group in network.security_groups(configuration.awsvpc)
	some problem in problems[group]
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s uses security group %q, %s",
			[network.subject(arn, configuration), group, problem.clause],
		),
		"evidence": object.union(
			{"path": network.path_of(configuration, "securityGroups"), "value": group},
			problem.evidence,
		),
	}
}

deny contains violation if {
	count(params.allowed_ids) > 0
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	some group in network.security_groups(configuration.awsvpc)
	not group in params.allowed_ids
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s uses security group %q, expected one of the parameter unsafe_security_group.allowed_ids",
			[network.subject(arn, configuration), group],
		),
		"evidence": {"path": network.path_of(configuration, "securityGroups"), "value": group},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	not network.uses_awsvpc(service)
	exclusion := {"resource": arn, "reason": "the service has no awsvpc network configuration"}
}

# What is wrong with each security group, whoever uses it. No group but a VPC's own can be called `default`.
problems[group] contains problem if {
	some group, body in input.ec2.security_groups
	body.GroupName == "default"
	problem := {
		"clause": sprintf("the default one of %s, expected a group of its own", [object.get(body, "VpcId", "its VPC")]),
		"evidence": {"group_name": "default"},
	}
}

problems[group] contains problem if {
	some group, body in input.ec2.security_groups
	some permission in body.IpPermissions
	some cidr in everyone(permission)
	not harmless(permission)
	problem := {
		"clause": sprintf(
			"which allows %s from %s, expected %s",
			[traffic(permission), cidr, allowed_traffic],
		),
		"evidence": {"cidr": cidr, "permission": described(permission)},
	}
}

everyone(permission) := {cidr |
	some cidr in array.concat(
		[range.CidrIp | some range in permission.IpRanges],
		[range.CidrIpv6 | some range in permission.Ipv6Ranges],
	)
	cidr in {"0.0.0.0/0", "::/0"}
}

# Every port of the range may be open, or there are no ports.
harmless(permission) if {
	open := {port |
		some port in open_ports[permission.IpProtocol]
		port >= permission.FromPort
		port <= permission.ToPort
	}
	count(open) == (permission.ToPort - permission.FromPort) + 1
}

harmless(permission) if permission.IpProtocol in {"icmp", "icmpv6"}

described(permission) := {member: permission[member] |
	some member in ["IpProtocol", "FromPort", "ToPort"]
	permission[member]
}

traffic(permission) := "all traffic" if permission.IpProtocol == "-1"

traffic(permission) := sprintf("%s port %v", [permission.IpProtocol, permission.FromPort]) if {
	permission.IpProtocol != "-1"
	permission.FromPort == permission.ToPort
}

traffic(permission) := sprintf(
	"%s ports %v to %v",
	[permission.IpProtocol, permission.FromPort, permission.ToPort],
) if {
	permission.IpProtocol != "-1"
	permission.FromPort != permission.ToPort
}

traffic(permission) := sprintf("IP protocol %s", [permission.IpProtocol]) if {
	permission.IpProtocol != "-1"
	object.get(permission, "FromPort", null) == null
}

allowed_traffic := sprintf("at most %s", [concat(", ", sort(open))]) if {
	open := [sprintf("%s %v", [protocol, port]) | some protocol, ports in open_ports; some port in ports]
	count(open) > 0
} else := "nothing to be open to everyone"
