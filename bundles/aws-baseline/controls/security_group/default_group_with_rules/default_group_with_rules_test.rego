package tidewaiter.controls.security_group.default_group_with_rules_test

import rego.v1

import data.tidewaiter.controls.security_group.default_group_with_rules as control

rule := {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

group(name, inbound, outbound) := {
	"GroupName": name,
	"VpcId": "vpc-1",
	"IpPermissions": inbound,
	"IpPermissionsEgress": outbound,
}

estate(body) := {
	"account": {"id": "123456789012"},
	"ecs": {"services": {"service-1": {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}}},
	"ec2": {"subnets": {"subnet-1": {"VpcId": "vpc-1"}}, "security_groups": {"sg-1": body}},
}

test_denies_inbound_and_outbound_rules if {
	violations := control.deny with input as estate(group("default", [rule, rule], [rule]))
	violations == {
		{
			"resource": "sg-1",
			"message": "default security group \"sg-1\" of VPC \"vpc-1\" has 2 inbound rules, expected none",
			"evidence": {"path": "IpPermissions", "value": 2, "expected": 0},
		},
		{
			"resource": "sg-1",
			"message": "default security group \"sg-1\" of VPC \"vpc-1\" has 1 outbound rule, expected none",
			"evidence": {"path": "IpPermissionsEgress", "value": 1, "expected": 0},
		},
	}
}

test_denies_the_default_group_of_every_vpc_by_parameter if {
	elsewhere := object.union(group("default", [rule], []), {"VpcId": "vpc-2"})
	violations := control.deny with input as estate(elsewhere) with data.params.judged_networks.scope as "all"
	count(violations) == 1
}

test_allows_a_default_group_without_rules if {
	violations := control.deny with input as estate(group("default", [], []))
	excluded := control.exclude with input as estate(group("default", [], []))
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_another_group if {
	violations := control.deny with input as estate(group("web", [rule], [rule]))
	excluded := control.exclude with input as estate(group("web", [rule], [rule]))
	count(violations) == 0
	excluded == {{"resource": "sg-1", "reason": "it is not the default group of its VPC"}}
}

test_excludes_the_default_group_of_a_vpc_without_tasks if {
	elsewhere := object.union(group("default", [rule], []), {"VpcId": "vpc-2"})
	violations := control.deny with input as estate(elsewhere)
	excluded := control.exclude with input as estate(elsewhere)
	count(violations) == 0
	{exclusion.resource | some exclusion in excluded} == {"sg-1"}
}

test_excludes_a_default_group_of_another_account if {
	shared := object.union(group("default", [rule], []), {"OwnerId": "210987654321"})
	violations := control.deny with input as estate(shared)
	excluded := control.exclude with input as estate(shared)
	count(violations) == 0
	excluded == {{"resource": "sg-1", "reason": "it belongs to account 210987654321, which shares it"}}
}
