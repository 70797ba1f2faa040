# METADATA
# title: Containers on EC2 keep the confinement of SELinux or AppArmor
# description: |
#   Where the instance enforces SELinux or AppArmor, Docker confines each container by default, and `label:disable` or
#   `apparmor:unconfined` in `dockerSecurityOptions` lifts that: what breaks out then meets nothing but file
#   permissions. Such an option fails. A container that names no label keeps the default and passes, unless the
#   parameter `label_required` wants each container to name an SELinux label or an AppArmor profile. Whether the
#   instance enforces either is not in the definition. AWS documents the field for EC2, so definitions that only
#   Fargate or Managed Instances can run are left out, and so are those for Windows, which has neither. A privileged
#   container, which AppArmor does not confine either, is TD01's.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
#   - https://docs.docker.com/engine/security/apparmor/
# custom:
#   id: TD13
#   severity: low
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [unconfined_container]
#   remediation:
#     text: |
#       Register a revision without the option, or with a label or profile that allows what the container needs
#       (`label:type:TYPE`, `apparmor:PROFILE`). The agent of the instance must run with ECS_SELINUX_CAPABLE or
#       ECS_APPARMOR_CAPABLE set to true, or the task is not placed there. Move the services, schedules and pipelines
#       that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.unconfined_container

import rego.v1

import data.lib.containers
import data.lib.security_options

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	not security_options.inapplicable(definition)
	some index, container in definition.containerDefinitions
	options := security_options.of(container)
	problem := problem_of(options)
	violation := {
		"resource": arn,
		"message": sprintf("container %q %s", [containers.name(index, container), problem]),
		"evidence": containers.evidence(index, container, "dockerSecurityOptions", options),
	}
}

exclude contains exclusion if some exclusion in security_options.excluded

problem_of(options) := "switches off SELinux by label:disable, expected no such option" if {
	"disable" in security_options.values_of(options, "label")
} else := "switches off AppArmor by apparmor:unconfined, expected no such option" if {
	"unconfined" in security_options.values_of(options, "apparmor")
} else := "names neither an SELinux label nor an AppArmor profile, expected one of them" if {
	data.params.unconfined_container.label_required == true
	labels := security_options.values_of(options, "label")
	profiles := security_options.values_of(options, "apparmor")
	count(labels) + count(profiles) == 0
}
