# METADATA
# title: EBS volumes of ECS container instances are encrypted
# description: |
#   Images, logs and whatever tasks write to their host lie on the instance's volumes, and in every snapshot of them. The
#   control fails when a volume that is attached to the instance is not encrypted. Volumes that ECS attaches for a single
#   task are judged like the instance's own, and, as they are configured, by SV15. Instance store volumes are no EBS
#   volumes. Instances that are being terminated, and those of ECS Managed Instances, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-3
# custom:
#   id: CI04
#   severity: medium
#   resources: ec2.instances
#   covers:
#     aws-config: [encrypted-volumes]
#     cloud-custodian: [ecs.ebs-storage]
#     prowler: [ec2_ebs_volume_encryption]
#     security-hub: [EC2.3]
#     trivy: [AWS-0026]
#   remediation:
#     text: |
#       Turn on encryption by default with `aws ec2 enable-ebs-encryption-by-default`, or set `Encrypted` for each device
#       in the launch template, and replace the instances: a volume cannot be encrypted in place.
package tidewaiter.controls.instance.unencrypted_instance_volume

import rego.v1

import data.lib.instances

deny contains violation if {
	some id, instance in instances.judged
	some index, mapping in instance.BlockDeviceMappings
	volume := input.ec2.volumes[mapping.Ebs.VolumeId]
	value := object.get(volume, "Encrypted", null)
	value != true
	violation := {
		"resource": id,
		"message": sprintf(
			"volume %q (%s) of instance %q %s, expected it encrypted",
			[mapping.Ebs.VolumeId, object.get(mapping, "DeviceName", "of no device name"), id, described(value)],
		),
		"evidence": {
			"path": sprintf("BlockDeviceMappings[%d].Ebs.VolumeId", [index]),
			"value": mapping.Ebs.VolumeId,
			"volume": {"path": "Encrypted", "value": value, "expected": true},
		},
	}
}

exclude contains exclusion if some exclusion in instances.excluded

described(false) := "is not encrypted"

described(value) := "does not say whether it is encrypted" if value != false
