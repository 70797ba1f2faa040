package tidewaiter.controls.service.unsafe_security_group_test

import rego.v1

import data.tidewaiter.controls.service.unsafe_security_group as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

path := "networkConfiguration.awsvpcConfiguration.securityGroups"

service(awsvpc) := {"networkConfiguration": {"awsvpcConfiguration": awsvpc}}

using(groups) := {arn: service({"subnets": ["subnet-1"], "securityGroups": groups})}

named(name, permissions) := {"GroupName": name, "VpcId": "vpc-1", "IpPermissions": permissions}

ipv4(protocol, from, to) := {
	"IpProtocol": protocol,
	"FromPort": from,
	"ToPort": to,
	"IpRanges": [{"CidrIp": "0.0.0.0/0"}],
}

everything := {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}

estate(permission) := {
	"ecs": {"services": using(["sg-1"])},
	"ec2": {"security_groups": {"sg-1": named("web", [permission])}},
}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_service_without_a_group if {
	violations := control.deny with input.ecs.services as {arn: service({"subnets": ["subnet-1"]})}
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" names no security group and so gets the default one of its VPC,",
			"expected a group of its own",
		]),
		"evidence": {"path": path, "value": []},
	}}
}

test_denies_an_empty_list_of_groups if {
	violations := control.deny with input.ecs.services as using([])
	count(violations) == 1
}

test_denies_the_default_group if {
	violations := control.deny with input.ecs.services as using(["sg-1"])
		with input.ec2.security_groups as {"sg-1": named("default", [])}
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" uses security group \"sg-1\", the default one of vpc-1,",
			"expected a group of its own",
		]),
		"evidence": {"path": path, "value": "sg-1", "group_name": "default"},
	}}
}

test_denies_a_port_that_is_open_to_everyone if {
	violations := control.deny with input as estate(ipv4("tcp", 22, 22))
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" uses security group \"sg-1\", which allows tcp port 22 from 0.0.0.0/0,",
			"expected at most tcp 443, tcp 80",
		]),
		"evidence": {
			"path": path,
			"value": "sg-1",
			"cidr": "0.0.0.0/0",
			"permission": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22},
		},
	}}
}

test_denies_a_range_with_one_port_that_is_not_allowed if {
	violations := control.deny with input as estate(ipv4("tcp", 80, 81))
	messages(violations) == {concat(" ", [
		"service \"web\" uses security group \"sg-1\", which allows tcp ports 80 to 81 from 0.0.0.0/0,",
		"expected at most tcp 443, tcp 80",
	])}
}

test_denies_an_allowed_tcp_port_over_udp if {
	violations := control.deny with input as estate(ipv4("udp", 443, 443))
	count(violations) == 1
}

test_denies_all_traffic_over_ipv6 if {
	violations := control.deny with input as estate(everything)
	messages(violations) == {concat(" ", [
		"service \"web\" uses security group \"sg-1\", which allows all traffic from ::/0,",
		"expected at most tcp 443, tcp 80",
	])}
}

test_denies_another_protocol if {
	violations := control.deny with input as estate({"IpProtocol": "47", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
	messages(violations) == {concat(" ", [
		"service \"web\" uses security group \"sg-1\", which allows IP protocol 47 from 0.0.0.0/0,",
		"expected at most tcp 443, tcp 80",
	])}
}

test_denies_an_allowed_port_when_none_may_be_open if {
	violations := control.deny with input as estate(ipv4("tcp", 443, 443))
		with data.params.unsafe_security_group.open_tcp_ports as []
	messages(violations) == {concat(" ", [
		"service \"web\" uses security group \"sg-1\", which allows tcp port 443 from 0.0.0.0/0,",
		"expected nothing to be open to everyone",
	])}
}

test_denies_a_group_that_is_not_listed if {
	violations := control.deny with input.ecs.services as using(["sg-1", "sg-2"])
		with data.params.unsafe_security_group.allowed_ids as ["sg-1"]
	{violation.evidence.value | some violation in violations} == {"sg-2"}
}

test_allows_an_allowed_port_to_everyone if {
	violations := control.deny with input as estate(ipv4("tcp", 443, 443))
	count(violations) == 0
}

test_allows_a_range_of_allowed_ports if {
	violations := control.deny with input as estate(ipv4("udp", 5000, 5001))
		with data.params.unsafe_security_group.open_udp_ports as [5000, 5001, 5001]
	count(violations) == 0
}

test_allows_any_port_from_a_network if {
	inside := object.union(ipv4("tcp", 0, 65535), {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]})
	violations := control.deny with input as estate(inside)
	count(violations) == 0
}

test_allows_icmp_from_everyone if {
	violations := control.deny with input as estate(ipv4("icmp", -1, -1))
	count(violations) == 0
}

test_allows_a_group_of_its_own_without_a_list if {
	violations := control.deny with input.ecs.services as using(["sg-1"])
		with input.ec2.security_groups as {"sg-1": named("web", [])}
	count(violations) == 0
}

test_unknown_when_the_groups_could_not_be_read if {
	violations := control.deny with input.ecs.services as using(["sg-1"])
	count(violations) == 0
}

test_excludes_a_service_without_awsvpc if {
	excluded := control.exclude with input.ecs.services as {arn: {"serviceName": "web"}}
	excluded == {{"resource": arn, "reason": "the service has no awsvpc network configuration"}}
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: service({"securityGroups": {"Ref": "Groups"}})}
	count(violations) == 0
}
