package tidewaiter.controls.service.subnet_routed_to_internet_test

import rego.v1

import data.tidewaiter.controls.service.subnet_routed_to_internet as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

service := {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-9"]}}}

igw := {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}

nat := {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}

table(association, route) := {"VpcId": "vpc-1", "Associations": [association], "Routes": [route]}

own := {"SubnetId": "subnet-1", "Main": false}

main := {"Main": true}

complete := {"ec2.route_tables": {"status": "complete"}}

denied := {"ec2.route_tables": {"status": "denied"}}

estate(tables, coverage) := {
	"ecs": {"services": {arn: service}},
	"ec2": {"subnets": {"subnet-1": {"VpcId": "vpc-1"}}, "route_tables": tables},
	"coverage": coverage,
}

test_denies_a_subnet_whose_table_routes_to_an_internet_gateway if {
	violations := control.deny with input as estate({"rtb-1": table(own, igw)}, complete)
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" uses subnet \"subnet-1\", whose route table \"rtb-1\" routes 0.0.0.0/0",
			"to the internet gateway \"igw-1\", expected a private subnet",
		]),
		"evidence": {
			"path": "networkConfiguration.awsvpcConfiguration.subnets",
			"value": "subnet-1",
			"route_table": "rtb-1",
			"gateway": "igw-1",
			"destination": "0.0.0.0/0",
		},
	}}
}

test_denies_a_subnet_that_falls_back_to_a_public_main_table if {
	violations := control.deny with input as estate({"rtb-1": table(main, igw)}, complete)
	{violation.evidence.route_table | some violation in violations} == {"rtb-1"}
}

test_allows_a_subnet_with_a_nat_gateway if {
	violations := control.deny with input as estate({"rtb-1": table(own, nat)}, complete)
	count(violations) == 0
}

test_allows_a_private_table_beside_a_public_main_table if {
	tables := {"rtb-1": table(own, nat), "rtb-2": table(main, igw)}
	violations := control.deny with input as estate(tables, complete)
	count(violations) == 0
}

test_unknown_when_the_route_tables_could_not_be_read if {
	violations := control.deny with input as estate({}, denied)
	count(violations) == 0
}

test_unknown_when_only_the_main_table_could_be_read if {
	violations := control.deny with input as estate({"rtb-2": table(main, igw)}, denied)
	count(violations) == 0
}

test_unknown_when_the_subnets_could_not_be_read if {
	without := object.remove(estate({"rtb-1": table(own, igw)}, complete).ec2, ["subnets"])
	violations := control.deny with input.ecs.services as {arn: service}
		with input.ec2 as without
		with input.coverage as complete
	count(violations) == 0
}

test_excludes_a_service_without_awsvpc if {
	excluded := control.exclude with input.ecs.services as {arn: {"serviceName": "web"}}
	excluded == {{"resource": arn, "reason": "the service has no awsvpc network configuration"}}
}
