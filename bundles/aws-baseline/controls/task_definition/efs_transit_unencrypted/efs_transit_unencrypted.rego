# METADATA
# title: EFS volumes are encrypted in transit
# description: |
#   Without `transitEncryption`, files travel between the task's host and EFS as plain NFS, readable to whoever sees
#   the traffic, and neither an access point's identity nor IAM authorization can be enforced. The setting is off
#   unless it says ENABLED. A definition without EFS volumes passes. Security Hub's ECS.18 looks at the same setting.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-18
# custom:
#   id: TD24
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     aws-config: [ecs-task-definition-efs-encryption-enabled]
#     checkov: [CKV_AWS_97]
#     kics: [ecs_cluster_not_encrypted_at_rest, ecs_task_definition_volume_not_encrypted]
#     powerpipe: [ecs_cluster_encryption_at_rest_enabled]
#     security-hub: [ECS.18]
#     trivy: [AWS-0035]
#   remediation:
#     text: |
#       Register a revision with `efsVolumeConfiguration.transitEncryption` set to `ENABLED` for the volume. Nothing
#       changes on the file system; a file system policy that denies access without `aws:SecureTransport` keeps it
#       that way. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.efs_transit_unencrypted

import rego.v1

import data.lib.containers

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, volume in definition.volumes
	file_system := volume.efsVolumeConfiguration
	value := object.get(file_system, "transitEncryption", null)
	value != "ENABLED"
	not is_object(value)
	name := containers.name(index, volume)
	violation := {
		"resource": arn,
		"message": sprintf("volume %q has transitEncryption %s, expected \"ENABLED\"", [name, stated(value)]),
		"evidence": {
			"volume": name,
			"path": sprintf("volumes[%d].efsVolumeConfiguration.transitEncryption", [index]),
			"value": value,
			"file_system": object.get(file_system, "fileSystemId", null),
		},
	}
}

stated(null) := "not set"

stated(value) := sprintf("%q", [value]) if value != null
