package tidewaiter.controls.task.exposed_task_test

import rego.v1

import data.tidewaiter.controls.task.exposed_task as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0123abcd"

subnet := {"name": "subnetId", "value": "subnet-1"}

interface := {"name": "networkInterfaceId", "value": "eni-1"}

attachment := {"type": "ElasticNetworkInterface", "details": [subnet, interface]}

task(status) := {"lastStatus": status, "attachments": [attachment]}

public := {"eni-1": {"Association": {"PublicIp": "198.51.100.7"}}}

private := {"eni-1": {"PrivateIpAddress": "10.0.0.7"}}

test_denies_a_task_with_a_public_address if {
	violations := control.deny with input.ecs.tasks as {arn: task("RUNNING")}
		with input.ec2.network_interfaces as public
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0123abcd\" has the public IP address 198.51.100.7",
			"on network interface \"eni-1\", expected none",
		]),
		"evidence": {
			"path": "attachments[?type=='ElasticNetworkInterface'].details[?name=='networkInterfaceId'].value",
			"value": "eni-1",
			"public_ip": "198.51.100.7",
		},
	}}
}

test_denies_a_task_in_a_subnet_that_is_not_listed if {
	violations := control.deny with input.ecs.tasks as {arn: task("RUNNING")}
		with input.ec2.network_interfaces as private
		with data.params.allowed_subnets.ids as ["subnet-2"]
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"task \"0123abcd\" runs in subnet \"subnet-1\",",
			"expected one of the parameter allowed_subnets.ids",
		]),
		"evidence": {
			"path": "attachments[?type=='ElasticNetworkInterface'].details[?name=='subnetId'].value",
			"value": "subnet-1",
		},
	}}
}

test_allows_a_task_without_a_public_address if {
	violations := control.deny with input.ecs.tasks as {arn: task("RUNNING")}
		with input.ec2.network_interfaces as private
	count(violations) == 0
}

test_allows_a_task_in_a_listed_subnet if {
	violations := control.deny with input.ecs.tasks as {arn: task("RUNNING")}
		with input.ec2.network_interfaces as private
		with data.params.allowed_subnets.ids as ["subnet-1"]
	count(violations) == 0
}

test_allows_an_interface_whose_subnet_is_not_said if {
	bare := {"type": "ElasticNetworkInterface", "details": [interface]}
	violations := control.deny with input.ecs.tasks as {arn: {"attachments": [bare]}}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	count(violations) == 0
}

test_unknown_when_the_interfaces_could_not_be_read if {
	violations := control.deny with input.ecs.tasks as {arn: task("RUNNING")}
	count(violations) == 0
}

test_excludes_a_stopped_task if {
	violations := control.deny with input.ecs.tasks as {arn: task("STOPPED")}
		with input.ec2.network_interfaces as public
	excluded := control.exclude with input.ecs.tasks as {arn: task("STOPPED")}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the task has stopped"}}
}

test_excludes_a_task_on_the_network_of_its_host if {
	excluded := control.exclude with input.ecs.tasks as {arn: {"lastStatus": "RUNNING"}}
	excluded == {{"resource": arn, "reason": "the task has no network interface of its own"}}
}

test_excludes_no_running_task_with_an_interface if {
	excluded := control.exclude with input.ecs.tasks as {arn: task("RUNNING")}
	count(excluded) == 0
}
