package tidewaiter.controls.subnet.public_ip_on_launch_test

import rego.v1

import data.tidewaiter.controls.subnet.public_ip_on_launch as control

service := {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}

estate(subnet) := {
	"account": {"id": "123456789012"},
	"ecs": {"services": {"service-1": service}},
	"ec2": {"subnets": {"subnet-1": subnet, "subnet-2": {"MapPublicIpOnLaunch": true}}},
}

test_denies_a_subnet_that_assigns_public_addresses if {
	violations := control.deny with input as estate({"MapPublicIpOnLaunch": true})
	violations == {{
		"resource": "subnet-1",
		"message": "subnet \"subnet-1\" has MapPublicIpOnLaunch true, expected false",
		"evidence": {"path": "MapPublicIpOnLaunch", "value": true, "expected": false},
	}}
}

test_denies_a_subnet_without_tasks_by_parameter if {
	violations := control.deny with input as estate({"MapPublicIpOnLaunch": true})
		with data.params.judged_networks.scope as "all"
	{violation.resource | some violation in violations} == {"subnet-1", "subnet-2"}
}

test_allows_a_subnet_that_does_not if {
	every subnet in [{"MapPublicIpOnLaunch": false}, {"VpcId": "vpc-1"}] {
		violations := control.deny with input as estate(subnet)
		count(violations) == 0
	}
}

test_excludes_a_subnet_without_tasks if {
	excluded := control.exclude with input as estate({"MapPublicIpOnLaunch": true})
	{exclusion.resource | some exclusion in excluded} == {"subnet-2"}
}

test_excludes_a_subnet_of_another_account if {
	shared := {"MapPublicIpOnLaunch": true, "OwnerId": "210987654321"}
	violations := control.deny with input as estate(shared)
	excluded := control.exclude with input as estate(shared)
	count(violations) == 0
	{"resource": "subnet-1", "reason": "it belongs to account 210987654321, which shares it"} in excluded
}
