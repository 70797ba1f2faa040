# METADATA
# title: ECS clusters encrypt the sessions of ECS Exec and their logs with KMS
# description: |
#   What is typed and shown in a session of ECS Exec travels between the client and the container inside TLS; with a KMS
#   key of the cluster it is encrypted once more, end to end, and nobody without the key can take part. The control fails
#   when a cluster names no key in `kmsKeyId`, and when its `logging` is `OVERRIDE` and a log group or bucket that it
#   names is not marked as encrypted, which is the API's default. Logs that go elsewhere, or nowhere, are for CL03. It
#   corresponds to Checkov's CKV_AWS_224.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
# custom:
#   id: CL04
#   severity: medium
#   resources: ecs.clusters
#   covers:
#     checkov: [CKV_AWS_224]
#   remediation:
#     text: |
#       Update the cluster's configuration with `executeCommandConfiguration.kmsKeyId`, and with
#       `cloudWatchEncryptionEnabled` or `s3EncryptionEnabled` for the log group or bucket that it names. The task roles
#       need `kms:Decrypt` on the key, those who open sessions `kms:GenerateDataKey`; encrypt the log group with KMS
#       first, or sessions fail.
package tidewaiter.controls.cluster.exec_sessions_unencrypted

import rego.v1

import data.lib.arns
import data.lib.values

path := "configuration.executeCommandConfiguration"

# The member of a log configuration that names a destination, and the one that says whether it is encrypted.
destinations := {
	{"noun": "log group", "name": "cloudWatchLogGroupName", "encrypted": "cloudWatchEncryptionEnabled"},
	{"noun": "bucket", "name": "s3BucketName", "encrypted": "s3EncryptionEnabled"},
}

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	object.get(cluster, ["configuration", "executeCommandConfiguration", "kmsKeyId"], "") == ""
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has no KMS key for the sessions of ECS Exec, expected one in kmsKeyId",
			[arns.name(arn)],
		),
		"evidence": {"path": sprintf("%s.kmsKeyId", [path]), "value": null},
	}
}

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	configuration := cluster.configuration.executeCommandConfiguration
	configuration.logging == "OVERRIDE"
	some destination in destinations
	name := configuration.logConfiguration[destination.name]
	name != ""
	value := object.get(configuration.logConfiguration, destination.encrypted, null)
	value != true
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q logs the sessions of ECS Exec to %s %q without encryption, expected %s true",
			[arns.name(arn), destination.noun, name, destination.encrypted],
		),
		"evidence": {
			"path": sprintf("%s.logConfiguration.%s", [path, destination.encrypted]),
			"value": value,
			"expected": true,
		},
	}
}
