# METADATA
# title: Containers are given no devices of the host
# description: |
#   A device of the host in a container is a way around what separates the two: a disk can be read whole, `/dev/mem` or
#   a bus reaches the hardware, and a driver's bug is a bug of the kernel. Each entry of `linuxParameters.devices`
#   fails, whatever its permissions, unless the parameter allows its path on the host. GPUs and other accelerators are
#   asked for by `resourceRequirements` and do not count. Fargate does not offer the setting; Windows ignores it, so
#   definitions for it are left out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Device.html
# custom:
#   id: TD14
#   severity: medium
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [host_device_mapped]
#   remediation:
#     text: |
#       Register a revision without the device. What needs it is often a tool for the instance, which can run on the
#       instance or as an ECS managed daemon instead of in each task. If the device is harmless, such as `/dev/fuse`
#       on instances of your own, add it to `host_device_mapped.allowed`. Move the services, schedules and pipelines
#       that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.host_device_mapped

import rego.v1

import data.lib.containers
import data.lib.values

allowed := {path | some path in data.params.host_device_mapped.allowed}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	some position, device in container.linuxParameters.devices
	path := object.get(device, "hostPath", null)
	values.settled(path)
	not path in allowed
	violation := {
		"resource": arn,
		"message": sprintf("container %q is given the device %s of the host, expected none", [
			containers.name(index, container),
			json.marshal(path),
		]),
		"evidence": containers.evidence(
			index, container,
			sprintf("linuxParameters.devices[%d].hostPath", [position]), path,
		),
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, for which ECS has no linuxParameters"}
}
