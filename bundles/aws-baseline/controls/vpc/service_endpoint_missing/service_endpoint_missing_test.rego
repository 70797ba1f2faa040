package tidewaiter.controls.vpc.service_endpoint_missing_test

import rego.v1

import data.tidewaiter.controls.vpc.service_endpoint_missing as control

local := {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}

nat := {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}

igw := {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}

table(route) := {"VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}], "Routes": [local, route]}

interface(service) := {
	"VpcEndpointType": "Interface",
	"VpcId": "vpc-1",
	"ServiceName": sprintf("com.amazonaws.eu-central-1.%s", [service]),
	"State": "available",
	"PrivateDnsEnabled": true,
}

gateway := {
	"VpcEndpointType": "Gateway",
	"VpcId": "vpc-1",
	"ServiceName": "com.amazonaws.eu-central-1.s3",
	"State": "available",
	"RouteTableIds": ["rtb-1"],
}

complete := {"ec2.vpc_endpoints": {"status": "complete"}, "ec2.route_tables": {"status": "complete"}}

estate(route, endpoints) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"ecs": {"services": {"service-1": {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}}},
	"ec2": {
		"vpcs": {"vpc-1": {"OwnerId": "123456789012"}},
		"subnets": {"subnet-1": {"VpcId": "vpc-1"}},
		"route_tables": {"rtb-1": table(route)},
		"vpc_endpoints": endpoints,
	},
	"coverage": complete,
}

params(changes) := object.union(
	{"subnets": "isolated", "services": ["s3"], "container_instance_services": [], "private_dns": true},
	changes,
)

services(violations) := {violation.evidence.service | some violation in violations}

test_denies_an_isolated_subnet_without_an_endpoint if {
	violations := control.deny with input as estate(local, {})
		with data.params.service_endpoint_missing as params({"services": ["ecr.api"]})
	violations == {{
		"resource": "vpc-1",
		"message": concat(" ", [
			"VPC \"vpc-1\" has no endpoint for ecr.api that works for subnet \"subnet-1\",",
			"from which no route leaves the VPC, expected one",
		]),
		"evidence": {
			"path": "VpcId",
			"value": "vpc-1",
			"service": "ecr.api",
			"subnets": ["subnet-1"],
			"endpoints": [],
		},
	}}
}

test_denies_an_endpoint_that_does_not_work if {
	every change in [
		{"State": "failed"},
		{"PrivateDnsEnabled": false},
		{"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": true}},
		{"VpcEndpointType": "GatewayLoadBalancer"},
	] {
		violations := control.deny with input as estate(local, {"vpce-1": object.union(interface("s3"), change)})
			with data.params.service_endpoint_missing as params({})
		{violation.evidence.endpoints | some violation in violations} == {["vpce-1"]}
	}
}

test_denies_a_gateway_that_the_subnets_route_table_does_not_have if {
	every change in [{"RouteTableIds": ["rtb-2"]}, {"State": "deleting"}] {
		violations := control.deny with input as estate(local, {"vpce-1": object.union(gateway, change)})
			with data.params.service_endpoint_missing as params({})
		count(violations) == 1
	}
}

test_denies_container_instances_without_the_endpoints_of_their_agent if {
	instance := {"attributes": [{"name": "ecs.subnet-id", "value": "subnet-1"}]}
	document := object.union(estate(local, {}), {"ecs": {"container_instances": {"instance-1": instance}}})
	only_agent := params({"services": [], "container_instance_services": ["ecs-agent"]})
	violations := control.deny with input as document with data.params.service_endpoint_missing as only_agent
	fargate := control.deny with input as estate(local, {}) with data.params.service_endpoint_missing as only_agent
	services(violations) == {"ecs-agent"}
	count(fargate) == 0
}

test_denies_private_subnets_by_parameter if {
	private := control.deny with input as estate(nat, {})
		with data.params.service_endpoint_missing as params({"subnets": "private"})
	public := control.deny with input as estate(igw, {})
		with data.params.service_endpoint_missing as params({"subnets": "private"})
	{violation.message | some violation in private} == {concat(" ", [
		"VPC \"vpc-1\" has no endpoint for s3 that works for subnet \"subnet-1\",",
		"without a route to an internet gateway, expected one",
	])}
	count(public) == 0
}

test_denies_every_subnet_by_parameter if {
	violations := control.deny with input as estate(igw, {})
		with data.params.service_endpoint_missing as params({"subnets": "all"})
	{violation.message | some violation in violations} == {concat(" ", [
		"VPC \"vpc-1\" has no endpoint for s3 that works for subnet \"subnet-1\",",
		"expected one",
	])}
}

test_allows_an_endpoint_that_works if {
	every endpoint in [interface("s3"), gateway] {
		violations := control.deny with input as estate(local, {"vpce-1": endpoint})
			with data.params.service_endpoint_missing as params({})
		excluded := control.exclude with input as estate(local, {"vpce-1": endpoint})
			with data.params.service_endpoint_missing as params({})
		count(violations) == 0
		count(excluded) == 0
	}
}

test_allows_an_endpoint_that_a_zone_of_ones_own_names_by_parameter if {
	endpoint := object.union(interface("s3"), {"PrivateDnsEnabled": false})
	violations := control.deny with input as estate(local, {"vpce-1": endpoint})
		with data.params.service_endpoint_missing as params({"private_dns": false})
	count(violations) == 0
}

test_allows_a_gateway_where_the_route_table_is_not_known if {
	document := object.union(estate(local, {"vpce-1": gateway}), {"coverage": {"ec2.route_tables": {"status": "denied"}}})
	without := object.union(document, {"ec2": {"route_tables": {"rtb-1": {"Associations": []}}}})
	violations := control.deny with input as without
		with data.params.service_endpoint_missing as params({"subnets": "all"})
	count(violations) == 0
}

test_unknown_when_endpoints_are_not_known_completely if {
	document := object.union(estate(local, {}), {"coverage": {"ec2.vpc_endpoints": {"status": "partial"}}})
	violations := control.deny with input as document
	excluded := control.exclude with input as document
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_vpc_whose_subnets_have_another_way if {
	every route in [nat, igw] {
		violations := control.deny with input as estate(route, {})
		excluded := control.exclude with input as estate(route, {})
		count(violations) == 0
		excluded == {{"resource": "vpc-1", "reason": "none of its subnets with tasks is isolated"}}
	}
}

test_excludes_a_vpc_without_tasks if {
	document := object.union(estate(local, {}), {"ecs": {"services": {"service-1": {"networkConfiguration": null}}}})
	violations := control.deny with input as document
	excluded := control.exclude with input as document
	count(violations) == 0
	{exclusion.resource | some exclusion in excluded} == {"vpc-1"}
}
