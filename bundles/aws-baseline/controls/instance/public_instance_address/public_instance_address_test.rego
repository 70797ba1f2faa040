package tidewaiter.controls.instance.public_instance_address_test

import rego.v1

import data.tidewaiter.controls.instance.public_instance_address as control

running(body) := {"i-1": object.union({"State": {"Name": "running"}}, body)}

interfaces(addresses) := {"NetworkInterfaces": [{"PrivateIpAddresses": addresses}]}

paths(violations) := {violation.evidence.path | some violation in violations}

test_denies_the_address_of_an_instance_once if {
	body := object.union(
		{"PublicIpAddress": "198.51.100.7"},
		interfaces([{"Association": {"PublicIp": "198.51.100.7"}}]),
	)
	violations := control.deny with input.ec2.instances as running(body)
	violations == {{
		"resource": "i-1",
		"message": "instance \"i-1\" has the public address 198.51.100.7, expected none",
		"evidence": {
			"path": "NetworkInterfaces[0].PrivateIpAddresses[0].Association.PublicIp",
			"value": "198.51.100.7",
			"expected": null,
		},
	}}
}

test_denies_an_elastic_address_of_another_interface if {
	body := interfaces([{"PrivateIpAddress": "10.0.0.4"}, {"Association": {"PublicIp": "198.51.100.8"}}])
	violations := control.deny with input.ec2.instances as running(body)
	paths(violations) == {"NetworkInterfaces[0].PrivateIpAddresses[1].Association.PublicIp"}
}

test_denies_an_address_wherever_it_stands if {
	violations := control.deny with input.ec2.instances as running({"PublicIpAddress": "198.51.100.7"})
	paths(violations) == {"PublicIpAddress"}
	body := {"NetworkInterfaces": [{}, {"Association": {"PublicIp": "198.51.100.7"}}]}
	more := control.deny with input.ec2.instances as running(body)
	paths(more) == {"NetworkInterfaces[1].Association.PublicIp"}
}

test_allows_private_addresses if {
	every body in [{}, {"PublicIpAddress": ""}, interfaces([{"PrivateIpAddress": "10.0.0.4"}])] {
		violations := control.deny with input.ec2.instances as running(body)
		count(violations) == 0
	}
	excluded := control.exclude with input.ec2.instances as running({})
	count(excluded) == 0
}

test_denies_the_address_of_a_managed_instance if {
	managed := {"i-1": {"PublicIpAddress": "198.51.100.7", "Operator": {"Managed": true}}}
	violations := control.deny with input.ec2.instances as managed
	paths(violations) == {"PublicIpAddress"}
}

test_excludes_an_instance_that_is_gone if {
	gone := {"i-1": {"PublicIpAddress": "198.51.100.7", "State": {"Name": "terminated"}}}
	violations := control.deny with input.ec2.instances as gone
	excluded := control.exclude with input.ec2.instances as gone
	count(violations) == 0
	excluded == {{"resource": "i-1", "reason": "the instance is being terminated"}}
}
