# METADATA
# title: Running ECS tasks have no public IP address and are in allowed subnets
# description: |
#   Whoever starts a task, by hand, from a schedule or from a workflow, chooses its network there and then; no setting
#   of a service holds it back. The control looks at where tasks really run. It fails when a network interface of a task
#   has a public IP address, and when its subnet is not listed in the parameter `allowed_subnets.ids`; while that list
#   is empty, subnets are not judged. An interface that is not in the document gives no violation. Tasks that have
#   stopped, and tasks that use the network of their host, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
# custom:
#   id: TK02
#   severity: high
#   resources: ecs.tasks
#   covers:
#     cloud-custodian: [ecs-task.network-location, ecs-task.subnet]
#   parameters: [allowed_subnets]
#   remediation:
#     text: |
#       Find what starts the task: its `group` and `startedBy` name the service, the schedule or the caller. There, set
#       `assignPublicIp` to `DISABLED` and name allowed subnets; then stop the task, or force a new deployment of its
#       service.
package tidewaiter.controls.task.exposed_task

import rego.v1

import data.lib.arns
import data.lib.tasks

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some interface in tasks.interfaces(task)
	address := input.ec2.network_interfaces[interface.interface].Association.PublicIp
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q has the public IP address %s on network interface %q, expected none",
			[arns.name(arn), address, interface.interface],
		),
		"evidence": {
			"path": tasks.interface_path("networkInterfaceId"),
			"value": interface.interface,
			"public_ip": address,
		},
	}
}

deny contains violation if {
	count(data.params.allowed_subnets.ids) > 0
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some interface in tasks.interfaces(task)
	interface.subnet != null
	not interface.subnet in data.params.allowed_subnets.ids
	violation := {
		"resource": arn,
		"message": sprintf(
			"task %q runs in subnet %q, expected one of the parameter allowed_subnets.ids",
			[arns.name(arn), interface.subnet],
		),
		"evidence": {"path": tasks.interface_path("subnetId"), "value": interface.subnet},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped

exclude contains exclusion if some exclusion in tasks.excluded_on_host_network
