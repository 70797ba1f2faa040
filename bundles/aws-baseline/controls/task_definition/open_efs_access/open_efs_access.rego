# METADATA
# title: EFS volumes are mounted with IAM authorization through an access point that sets directory and user
# description: |
#   Without IAM authorization whoever reaches the network of a file system may mount it, and without an access point a
#   task sees all of it as whatever user it claims to be. The control fails for an EFS volume whose
#   `authorizationConfig.iam` is not `ENABLED`, or that names no access point. It fails as well when the access point
#   leads to the root directory of the file system, when it enforces no POSIX user, and when there is none of that id in
#   this account and Region, so that nobody can say what it enforces. Security Hub's EFS.3 and EFS.4 look at the same
#   properties of every access point. A definition without EFS volumes passes.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-best-practices.html
#   - https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html#efs-3
# custom:
#   id: TD25
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [efs-access-point-enforce-root-directory, efs-access-point-enforce-user-identity]
#     control-tower: [CT.ELASTICFILESYSYSTEM.PR.3, CT.ELASTICFILESYSYSTEM.PR.4]
#     prowler: [efs_access_point_enforce_root_directory, efs_access_point_enforce_user_identity]
#     security-hub: [EFS.3, EFS.4]
#   remediation:
#     text: |
#       Create an access point with `aws efs create-access-point`, with a `--posix-user` and a `--root-directory` below
#       `/`; one that exists cannot be changed. Allow the task role `elasticfilesystem:ClientMount` through it, and
#       register a revision whose volume has `transitEncryption` and `authorizationConfig.iam` `ENABLED` and names the
#       access point. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.open_efs_access

import rego.v1

import data.lib.containers
import data.lib.evidence
import data.lib.values

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mount in mounts(definition)
	values.settled(mount.iam)
	mount.iam != "ENABLED"
	violation := {
		"resource": arn,
		"message": sprintf("volume %q has IAM authorization %s, expected \"ENABLED\"", [mount.name, stated(mount.iam)]),
		"evidence": found(mount, "iam", mount.iam),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mount in mounts(definition)
	values.settled(mount.access_point)
	not named(mount.access_point)
	violation := {
		"resource": arn,
		"message": sprintf("volume %q is mounted without an access point, expected one", [mount.name]),
		"evidence": found(mount, "accessPointId", mount.access_point),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mount in mounts(definition)
	named(mount.access_point)
	object.get(access_points, arn_of(mount.access_point), null) == null
	evidence.looked_up("efs.access_points", arn_of(mount.access_point))
	violation := {
		"resource": arn,
		"message": sprintf(
			"volume %q is mounted through access point %q, which does not exist here, expected it to be there",
			[mount.name, mount.access_point],
		),
		"evidence": found(mount, "accessPointId", mount.access_point),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mount in mounts(definition)
	path := object.get(access_points[arn_of(mount.access_point)], ["RootDirectory", "Path"], "/")
	path == "/"
	violation := {
		"resource": arn,
		"message": sprintf(
			"volume %q is mounted through access point %q, which leads to \"/\", expected a directory below it",
			[mount.name, mount.access_point],
		),
		"evidence": object.union(
			found(mount, "accessPointId", mount.access_point),
			{"access_point": {"path": "RootDirectory.Path", "value": path}},
		),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some mount in mounts(definition)
	user := object.get(access_points[arn_of(mount.access_point)], ["PosixUser", "Uid"], null)
	user == null
	violation := {
		"resource": arn,
		"message": sprintf(
			"volume %q is mounted through access point %q, which enforces no user, expected a PosixUser",
			[mount.name, mount.access_point],
		),
		"evidence": object.union(
			found(mount, "accessPointId", mount.access_point),
			{"access_point": {"path": "PosixUser.Uid", "value": null}},
		),
	}
}

# The EFS volumes of a definition, each with how it is authorized.
mounts(definition) := [mount |
	some index, volume in definition.volumes
	file_system := volume.efsVolumeConfiguration
	authorization := object.get(file_system, "authorizationConfig", {})
	is_object(authorization)
	mount := {
		"index": index,
		"name": containers.name(index, volume),
		"file_system": object.get(file_system, "fileSystemId", null),
		"iam": object.get(authorization, "iam", null),
		"access_point": object.get(authorization, "accessPointId", null),
	}
]

access_points := object.get(input, ["efs", "access_points"], {})

named(access_point) if {
	is_string(access_point)
	access_point != ""
}

arn_of(access_point) := sprintf("arn:%s:elasticfilesystem:%s:%s:access-point/%s", [
	input.account.partition,
	input.region,
	input.account.id,
	access_point,
]) if {
	is_string(access_point)
}

found(mount, field, value) := {
	"volume": mount.name,
	"path": sprintf("volumes[%d].efsVolumeConfiguration.authorizationConfig.%s", [mount.index, field]),
	"value": value,
	"file_system": mount.file_system,
}

stated(null) := "not set"

stated(value) := sprintf("%q", [value]) if value != null
