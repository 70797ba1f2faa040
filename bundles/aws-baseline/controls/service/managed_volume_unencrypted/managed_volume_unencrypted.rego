# METADATA
# title: ECS services encrypt the EBS volumes that ECS manages for them
# description: |
#   A service can have ECS attach an EBS volume to each of its tasks. The control fails for each such volume that nothing
#   in ECS encrypts: `encrypted` is not true, no `kmsKeyId` is named, and the cluster names no key for managed storage.
#   With the parameter `managed_volume_unencrypted.account_encrypts` true, because encryption by default is on for EBS in
#   the Region, every volume counts as encrypted; what the account has set is not in the document. With the parameter
#   `own_key_required` true, the volume or its cluster must also name a KMS key, and one of `keys` when that lists any.
#   Older deployments that still run tasks are judged too. Services without managed volumes are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-kms-encryption.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedStorageConfiguration.html
# custom:
#   id: SV15
#   severity: medium
#   resources: ecs.services
#   covers:
#     iam-condition-keys: [ecs:enable-ebs-volumes]
#   parameters: [managed_volume_unencrypted]
#   remediation:
#     text: |
#       Update the service with `managedEBSVolume.encrypted` true and, where a key of yours is required, `kmsKeyId`; or name
#       a key in the cluster's `managedStorageConfiguration.kmsKeyId`. New volumes replace the old ones with the tasks. A
#       snapshot that volumes begin with must be readable with the key.
package tidewaiter.controls.service.managed_volume_unencrypted

import rego.v1

import data.lib.deployments

params := data.params.managed_volume_unencrypted

deny contains violation if {
	params.account_encrypts != true
	some volume in volumes
	volume.key == ""
	object.get(volume.body, "encrypted", null) != true
	violation := found(volume, "encrypted", "is not encrypted, expected encrypted true")
}

deny contains violation if {
	params.own_key_required == true
	some volume in volumes
	volume.key == ""
	violation := found(volume, "kmsKeyId", "has no KMS key of yours, expected one")
}

deny contains violation if {
	params.own_key_required == true
	count(params.keys) > 0
	some volume in volumes
	volume.key != ""
	not volume.key in params.keys
	expectation := "expected one of the parameter managed_volume_unencrypted.keys"
	violation := found(volume, "kmsKeyId", sprintf("is encrypted with key %q, %s", [volume.key, expectation]))
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count([volume |
		some deployment in deployments.running(service)
		some volume in deployment.volumeConfigurations
		volume.managedEBSVolume
	]) == 0
	exclusion := {"resource": arn, "reason": "the service has no EBS volume that ECS manages"}
}

# The managed volumes of all services, each with the key that encrypts it, "" for none. One whose cluster would have to be
# asked for its key and is not in the document is not among them.
volumes contains volume if {
	some arn, service in input.ecs.services
	some deployment in deployments.running(service)
	some configuration in deployment.volumeConfigurations
	body := configuration.managedEBSVolume
	volume := {
		"service": arn,
		"deployment": deployment,
		"name": configuration.name,
		"body": body,
		"key": key(body, service.clusterArn),
	}
}

# The volume's own key comes before its cluster's.
key(volume, _) := volume.kmsKeyId if object.get(volume, "kmsKeyId", "") != ""

key(volume, cluster) := object.get(
	input.ecs.clusters[cluster],
	["configuration", "managedStorageConfiguration", "kmsKeyId"],
	"",
) if {
	object.get(volume, "kmsKeyId", "") == ""
}

found(volume, member, clause) := {
	"resource": volume.service,
	"message": sprintf(
		"volume %q of %s %s",
		[volume.name, deployments.subject(volume.service, volume.deployment), clause],
	),
	"evidence": {
		"path": deployments.path(
			volume.deployment,
			sprintf("volumeConfigurations[?name=='%s'].managedEBSVolume.%s", [volume.name, member]),
		),
		"value": object.get(volume.body, member, null),
	},
}
