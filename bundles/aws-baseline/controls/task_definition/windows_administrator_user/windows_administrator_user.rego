# METADATA
# title: Windows containers run as a user other than the administrator
# description: |
#   ContainerAdministrator owns everything in a Windows container, and it is the user of a container that names none,
#   unless its image does. The control reads `user` without regard to case or to a domain in front of it. It judges
#   definitions that name a Windows family. Security Hub's ECS.21 also judges definitions that name no family, Linux
#   ones on EC2 among them; `judge_unspecified_family` does the same here.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://learn.microsoft.com/en-us/virtualization/windowscontainers/manage-containers/container-security
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-21
# custom:
#   id: TD08
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-windows-user-non-admin]
#     security-hub: [ECS.21]
#   parameters: [windows_administrator_user]
#   remediation:
#     text: |
#       Register a revision whose containers each set `user` to `ContainerUser`, or to another account of the image
#       without administrative rights. Move the services, schedules and pipelines that start the old revision to the
#       new one, then deregister the old one.
package tidewaiter.controls.task_definition.windows_administrator_user

import rego.v1

import data.lib.containers

administrators := {"administrator", "containeradministrator", "localsystem", "system"}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	judged(definition)
	some index, container in definition.containerDefinitions
	user := object.get(container, "user", null)
	problem := administrator(user)
	violation := {
		"resource": arn,
		"message": sprintf("container %q %s, expected \"ContainerUser\" or the like", [
			containers.name(index, container),
			problem,
		]),
		"evidence": containers.evidence(index, container, "user", user),
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	not judged(definition)
	exclusion := {"resource": arn, "reason": reason(containers.os_family(definition))}
}

judged(definition) if containers.windows(definition)

judged(definition) if {
	data.params.windows_administrator_user.judge_unspecified_family == true
	containers.os_family(definition) == ""
}

reason(family) := "it names no operating system family, so it is taken for Linux" if {
	family == ""
} else := sprintf("its operating system family is %q, not Windows", [family]) if {
	is_string(family)
}

administrator(user) := "names no user" if {
	user in {null, ""}
} else := sprintf("runs as user %q", [user]) if {
	is_string(user)
	parts := split(lower(user), `\`)
	parts[count(parts) - 1] in administrators
}
