package lib.routes_test

import rego.v1

import data.lib.routes

igw := {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}

nat := {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}

local := {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}

main := {"Main": true, "AssociationState": {"State": "associated"}}

explicit := {"Main": false, "SubnetId": "subnet-1", "AssociationState": {"State": "associated"}}

table(association, route) := {"VpcId": "vpc-1", "Associations": [association], "Routes": [local, route]}

estate(tables, status) := {
	"ec2": {"subnets": {"subnet-1": {"VpcId": "vpc-1"}}, "route_tables": tables},
	"coverage": {"ec2.route_tables": {"status": status}},
}

test_finds_the_route_of_the_associated_table if {
	found := routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, igw)}, "complete")
	found == {{"route_table": "rtb-1", "gateway": "igw-1", "destination": "0.0.0.0/0"}}
}

test_finds_the_route_of_the_associated_table_when_other_tables_are_missing if {
	routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, igw)}, "partial")
}

test_finds_the_route_of_the_main_table if {
	routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(main, igw)}, "complete")
}

test_does_not_fall_back_to_the_main_table_when_tables_are_missing if {
	not routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(main, igw)}, "partial")
}

test_the_associated_table_hides_the_main_one if {
	tables := {"rtb-1": table(main, igw), "rtb-2": table(explicit, nat)}
	not routes.to_internet["subnet-1"] with input as estate(tables, "complete")
}

test_the_main_table_of_another_vpc_does_not_count if {
	tables := {"rtb-1": object.union(table(main, igw), {"VpcId": "vpc-2"})}
	not routes.to_internet["subnet-1"] with input as estate(tables, "complete")
}

test_an_association_that_was_undone_does_not_count if {
	undone := object.union(explicit, {"AssociationState": {"State": "disassociated"}})
	not routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(undone, igw)}, "complete")
}

test_a_route_through_a_nat_gateway_does_not_count if {
	not routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, nat)}, "complete")
}

test_an_egress_only_gateway_does_not_count if {
	egress := {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}
	not routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, egress)}, "complete")
}

test_a_route_to_a_gateway_that_is_gone_does_not_count if {
	gone := object.union(igw, {"State": "blackhole"})
	not routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, gone)}, "complete")
}

test_an_ipv6_route_counts if {
	ipv6 := {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}
	found := routes.to_internet["subnet-1"] with input as estate({"rtb-1": table(explicit, ipv6)}, "complete")
	found == {{"route_table": "rtb-1", "gateway": "igw-1", "destination": "::/0"}}
}

test_a_subnet_outside_the_document_has_no_routes if {
	estate_without := {"ec2": {"subnets": {}, "route_tables": {"rtb-1": table(explicit, igw)}}}
	not routes.to_internet["subnet-1"] with input as estate_without
}

test_tables_are_the_associated_one_or_else_the_main_one if {
	both := {"rtb-1": table(main, nat), "rtb-2": table(explicit, nat)}
	routes.tables["subnet-1"] == {"rtb-2"} with input as estate(both, "complete")
	routes.tables["subnet-1"] == {"rtb-1"} with input as estate({"rtb-1": table(main, nat)}, "complete")
	not routes.tables["subnet-1"] with input as estate({"rtb-1": table(main, nat)}, "partial")
}

test_isolated_with_nothing_but_the_vpc_and_gateway_endpoints if {
	s3 := {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"}
	gone := object.union(nat, {"State": "blackhole"})
	every route in [local, s3, gone] {
		"subnet-1" in routes.isolated with input as estate({"rtb-1": table(explicit, route)}, "complete")
	}
}

test_not_isolated_with_any_route_that_leads_out if {
	every route in [
		igw,
		nat,
		{"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
		{"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": "tgw-1"},
		{"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"},
		{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-1"},
	] {
		not "subnet-1" in routes.isolated with input as estate({"rtb-1": table(explicit, route)}, "complete")
	}
}

test_a_subnet_without_a_known_table_is_not_isolated if {
	tables := {"rtb-1": table(main, local)}
	not "subnet-1" in routes.isolated with input as estate(tables, "partial")
	"subnet-1" in routes.isolated with input as estate(tables, "complete")
}
