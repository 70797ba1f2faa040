# METADATA
# title: Containers mount no sensitive paths of the host
# description: |
#   A container that mounts the socket of Docker or containerd can start a privileged one; with `/etc`, `/proc`, the
#   files of the ECS agent or the root of the host it reads the keys and processes of every other task there, and
#   changes them where the mount is writable. A mount fails when its path on the host is one of the parameter's paths,
#   stands below one, or above one, as `/` and `/var/lib` do. Reading is enough to leak, and a socket can be used
#   through a read-only mount, so those count too. A volume that no container mounts does no harm. Fargate has no
#   paths on the host. A bind mount that is written into the driver options of a Docker volume is not seen: those are
#   free text.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
# custom:
#   id: TD15
#   severity: high
#   resources: ecs.task_definitions
#   covers: {}
#   parameters: [sensitive_host_path_mounted]
#   remediation:
#     text: |
#       Register a revision without the mount, or with a volume that holds nothing but the application's own files:
#       one without `host.sourcePath`, or on EFS. An agent that has to see the whole instance belongs on the instance,
#       or into an ECS managed daemon; a single harmless file such as `/etc/localtime` can be added to
#       `sensitive_host_path_mounted.accepted`. Move the services, schedules and pipelines that start the old revision
#       to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.sensitive_host_path_mounted

import rego.v1

import data.lib.host_mounts

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mounted in host_mounts.sensitive(definition)
	violation := {
		"resource": arn,
		"message": sprintf("%s, expected no sensitive path", [mounted.found]),
		"evidence": mounted.evidence,
	}
}

exclude contains exclusion if {
	count(data.params.sensitive_host_path_mounted.paths) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter sensitive_host_path_mounted.paths is empty"}
}
