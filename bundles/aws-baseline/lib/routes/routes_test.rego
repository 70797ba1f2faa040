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
