# METADATA
# title: Routes
# description: |
#   Where the routes of subnets lead: to an internet gateway, or out of the VPC at all. A subnet uses the route table
#   that is associated with it, else the main route table of its VPC. The maps are built once per evaluation; controls
#   look subnets up in them.
package lib.routes

import rego.v1

# The routes to an internet gateway that each subnet of the document has: a set of objects with `route_table`,
# `gateway` and `destination`. A subnet that has none, or whose route table is not known, is not in it.
to_internet[subnet] contains route if {
	some subnet, used in tables
	some table in used
	some route in _gateway_routes[table]
}

# The subnets whose route tables are known and lead nowhere but to the VPC itself and to its gateway endpoints.
isolated contains subnet if {
	some subnet, used in tables
	count(used & _leading_out) == 0
}

# The route table of each subnet of the document, as a set. A subnet whose route table is not known is not in it.
tables[subnet] contains table if {
	some subnet, _ in input.ec2.subnets
	some table in _associated[subnet]
}

# That no table is associated with a subnet is only known when every table was read.
tables[subnet] contains table if {
	input.coverage["ec2.route_tables"].status == "complete"
	some subnet, body in input.ec2.subnets
	not _associated[subnet]
	some table in _main[body.VpcId]
}

_associated[subnet] contains table if {
	some table, body in input.ec2.route_tables
	some association in body.Associations
	subnet := association.SubnetId
	_in_force(association)
}

_main[vpc] contains table if {
	some table, body in input.ec2.route_tables
	some association in body.Associations
	association.Main == true
	vpc := body.VpcId
	_in_force(association)
}

_in_force(association) if {
	state := object.get(association, ["AssociationState", "State"], "associated")
	not state in {"disassociated", "failed"}
}

_gateway_routes[table] contains route if {
	some table, body in input.ec2.route_tables
	some entry in body.Routes
	_is_via(entry, "igw-")
	_in_use(entry)
	route := {
		"route_table": table,
		"gateway": entry.GatewayId,
		"destination": _destination(entry),
	}
}

_leading_out contains table if {
	some table, body in input.ec2.route_tables
	some entry in body.Routes
	_in_use(entry)
	not _inside(entry)
}

_inside(entry) if entry.GatewayId == "local"

# A gateway endpoint is the target of a prefix list; one of a Gateway Load Balancer is the target of addresses.
_inside(entry) if {
	entry.DestinationPrefixListId
	_is_via(entry, "vpce-")
}

_is_via(entry, kind) if {
	is_string(entry.GatewayId)
	startswith(entry.GatewayId, kind)
}

_in_use(entry) if object.get(entry, "State", "active") != "blackhole"

_destination(entry) := destinations[0] if {
	members := ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]
	destinations := [entry[member] | some member in members]
}
