# METADATA
# title: Routes
# description: |
#   Which subnets have a route to an internet gateway. A subnet uses the route table that is associated with it, else
#   the main route table of its VPC. The maps are built once per evaluation; controls look subnets up in them.
package lib.routes

import rego.v1

# The routes to an internet gateway that each subnet of the document has: a set of objects with `route_table`,
# `gateway` and `destination`. A subnet that has none, or whose route table is not known, is not in it.
to_internet[subnet] contains route if {
	some subnet, _ in input.ec2.subnets
	some table in _associated[subnet]
	some route in _gateway_routes[table]
}

# That no table is associated with a subnet is only known when every table was read.
to_internet[subnet] contains route if {
	input.coverage["ec2.route_tables"].status == "complete"
	some subnet, body in input.ec2.subnets
	not _associated[subnet]
	some table in _main[body.VpcId]
	some route in _gateway_routes[table]
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
	is_string(entry.GatewayId)
	startswith(entry.GatewayId, "igw-")
	object.get(entry, "State", "active") != "blackhole"
	route := {
		"route_table": table,
		"gateway": entry.GatewayId,
		"destination": _destination(entry),
	}
}

_destination(entry) := destinations[0] if {
	members := ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]
	destinations := [entry[member] | some member in members]
}
