# METADATA
# title: Containers add no dangerous Linux capability
# description: |
#   SYS_ADMIN, SYS_MODULE, SYS_PTRACE, NET_ADMIN and their like are each a known way out of a container or into its
#   neighbours. The control reads `linuxParameters.capabilities.add` against a list, so it can stay on where the
#   profile of TD10 is too strict. What is both added and dropped is added, as Docker sees it. A privileged container,
#   which adds nothing because it has everything, is TD01's. Windows has no capabilities, so definitions for it are
#   left out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://man7.org/linux/man-pages/man7/capabilities.7.html
# custom:
#   id: TD11
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [containerCapabilities]
#   parameters: [capabilities]
#   remediation:
#     text: |
#       Register a revision that does not add the capability. What needs it is often a tool for the instance, such as
#       a network or security agent, which can run on the instance or as an ECS managed daemon instead of in each
#       task. Move the services, schedules and pipelines that start the old revision to the new one, then deregister
#       the old one.
package tidewaiter.controls.task_definition.dangerous_capability_added

import rego.v1

import data.lib.capabilities
import data.lib.containers

dangerous := {name | some name in data.params.capabilities.dangerous}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	added := container.linuxParameters.capabilities.add
	risky := capabilities.added(container) & dangerous
	count(risky) > 0
	found := risky - capabilities.tolerated(definition)
	count(found) > 0
	name := containers.name(index, container)
	violation := {
		"resource": arn,
		"message": sprintf("container %q adds %s, expected no dangerous capability", [name, concat(", ", sort(found))]),
		"evidence": object.union(
			containers.evidence(index, container, "linuxParameters.capabilities.add", added),
			{"dangerous": sort(found)},
		),
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no Linux capabilities"}
}

exclude contains exclusion if {
	count(dangerous) == 0
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	exclusion := {"resource": arn, "reason": "the parameter capabilities.dangerous is empty"}
}
