# METADATA
# title: ECS clusters encrypt the ephemeral storage of Fargate tasks with a customer managed key
# description: |
#   Fargate encrypts the ephemeral storage of every task, with a key of AWS's own unless the cluster names one. Only a
#   key of the customer's can be withdrawn, and its use is in CloudTrail. While the parameter
#   `ephemeral_storage_without_own_key.required` is false, which is the default, no cluster is judged. With it, the
#   control fails when a cluster names no key in `managedStorageConfiguration.fargateEphemeralStorageKmsKeyId`, and when
#   the parameter `keys` lists keys and the cluster's is not among them. Every cluster can run tasks on Fargate, so every
#   cluster is judged. The condition key `ecs:fargate-ephemeral-storage-kms-key` can prevent what this control finds.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-storage-encryption.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedStorageConfiguration.html
# custom:
#   id: CL05
#   severity: medium
#   resources: ecs.clusters
#   covers:
#     iam-condition-keys: [ecs:fargate-ephemeral-storage-kms-key]
#   parameters: [ephemeral_storage_without_own_key]
#   remediation:
#     text: |
#       Give the key's policy the permissions that Fargate needs, then update the cluster's configuration with
#       `managedStorageConfiguration.fargateEphemeralStorageKmsKeyId`. Tasks that run keep their key: force new
#       deployments.
package tidewaiter.controls.cluster.ephemeral_storage_without_own_key

import rego.v1

import data.lib.arns

params := data.params.ephemeral_storage_without_own_key

path := "configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId"

deny contains violation if {
	params.required == true
	some arn, cluster in input.ecs.clusters
	key(cluster) == ""
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has no KMS key for the ephemeral storage of Fargate tasks, expected one",
			[arns.name(arn)],
		),
		"evidence": {"path": path, "value": null},
	}
}

deny contains violation if {
	params.required == true
	count(params.keys) > 0
	some arn, cluster in input.ecs.clusters
	value := key(cluster)
	is_string(value)
	value != ""
	not value in params.keys
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q encrypts the ephemeral storage of Fargate tasks with key %q, expected one of %s",
			[arns.name(arn), value, "the parameter ephemeral_storage_without_own_key.keys"],
		),
		"evidence": {"path": path, "value": value},
	}
}

exclude contains exclusion if {
	params.required != true
	some arn, _ in input.ecs.clusters
	exclusion := {
		"resource": arn,
		"reason": "the parameter ephemeral_storage_without_own_key.required is false",
	}
}

key(cluster) := object.get(
	cluster,
	["configuration", "managedStorageConfiguration", "fargateEphemeralStorageKmsKeyId"],
	"",
)
