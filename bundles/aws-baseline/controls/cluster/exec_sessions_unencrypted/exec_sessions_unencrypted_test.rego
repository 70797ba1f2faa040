package tidewaiter.controls.cluster.exec_sessions_unencrypted_test

import rego.v1

import data.tidewaiter.controls.cluster.exec_sessions_unencrypted as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

key := "arn:aws:kms:eu-central-1:123456789012:key/1"

estate(configuration) := {arn: {"configuration": {"executeCommandConfiguration": configuration}}}

logged(logs) := estate({"kmsKeyId": key, "logging": "OVERRIDE", "logConfiguration": logs})

messages(violations) := {violation.message | some violation in violations}

test_denies_a_cluster_without_a_key if {
	violations := control.deny with input.ecs.clusters as estate({"logging": "DEFAULT"})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"cluster \"prod\" has no KMS key for the sessions of ECS Exec,",
			"expected one in kmsKeyId",
		]),
		"evidence": {"path": "configuration.executeCommandConfiguration.kmsKeyId", "value": null},
	}}
}

test_denies_a_cluster_without_a_configuration if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterArn": arn}}
	count(violations) == 1
}

test_denies_a_log_group_without_encryption if {
	violations := control.deny with input.ecs.clusters as logged({
		"cloudWatchLogGroupName": "/exec",
		"cloudWatchEncryptionEnabled": false,
	})
	messages(violations) == {concat(" ", [
		"cluster \"prod\" logs the sessions of ECS Exec to log group \"/exec\" without encryption,",
		"expected cloudWatchEncryptionEnabled true",
	])}
}

test_denies_a_bucket_of_which_nothing_is_said if {
	violations := control.deny with input.ecs.clusters as logged({"s3BucketName": "logs"})
	messages(violations) == {concat(" ", [
		"cluster \"prod\" logs the sessions of ECS Exec to bucket \"logs\" without encryption,",
		"expected s3EncryptionEnabled true",
	])}
}

test_denies_each_of_two_destinations if {
	violations := control.deny with input.ecs.clusters as logged({
		"cloudWatchLogGroupName": "/exec",
		"s3BucketName": "logs",
	})
	count(violations) == 2
}

test_allows_a_key_and_encrypted_logs if {
	violations := control.deny with input.ecs.clusters as logged({
		"cloudWatchLogGroupName": "/exec",
		"cloudWatchEncryptionEnabled": true,
		"s3BucketName": "logs",
		"s3EncryptionEnabled": true,
	})
	count(violations) == 0
}

test_allows_a_key_without_logs_of_the_cluster if {
	every logging in ["DEFAULT", "NONE"] {
		violations := control.deny with input.ecs.clusters as estate({"kmsKeyId": key, "logging": logging})
		count(violations) == 0
	}
}
