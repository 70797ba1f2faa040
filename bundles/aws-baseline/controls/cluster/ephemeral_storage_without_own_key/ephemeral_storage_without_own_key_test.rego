package tidewaiter.controls.cluster.ephemeral_storage_without_own_key_test

import rego.v1

import data.tidewaiter.controls.cluster.ephemeral_storage_without_own_key as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

required(keys) := {"required": true, "keys": keys}

estate(storage) := {arn: {"configuration": {"managedStorageConfiguration": storage}}}

own := estate({"fargateEphemeralStorageKmsKeyId": "key-1"})

test_denies_a_cluster_without_a_key if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterArn": arn}}
		with data.params.ephemeral_storage_without_own_key as required([])
	violations == {{
		"resource": arn,
		"message": "cluster \"prod\" has no KMS key for the ephemeral storage of Fargate tasks, expected one",
		"evidence": {
			"path": "configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId",
			"value": null,
		},
	}}
}

test_denies_a_cluster_with_a_key_for_volumes_alone if {
	violations := control.deny with input.ecs.clusters as estate({"kmsKeyId": "key-1"})
		with data.params.ephemeral_storage_without_own_key as required([])
	count(violations) == 1
}

test_denies_a_key_that_is_not_listed if {
	violations := control.deny with input.ecs.clusters as own
		with data.params.ephemeral_storage_without_own_key as required(["key-2"])
	{violation.message | some violation in violations} == {concat(" ", [
		"cluster \"prod\" encrypts the ephemeral storage of Fargate tasks with key \"key-1\",",
		"expected one of the parameter ephemeral_storage_without_own_key.keys",
	])}
}

test_allows_any_key_without_a_list if {
	violations := control.deny with input.ecs.clusters as own
		with data.params.ephemeral_storage_without_own_key as required([])
	excluded := control.exclude with input.ecs.clusters as own
		with data.params.ephemeral_storage_without_own_key as required([])
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_key_that_is_listed if {
	violations := control.deny with input.ecs.clusters as own
		with data.params.ephemeral_storage_without_own_key as required(["key-1"])
	count(violations) == 0
}

test_excludes_every_cluster_while_nothing_is_required if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterArn": arn}}
	excluded := control.exclude with input.ecs.clusters as {arn: {"clusterArn": arn}}
	count(violations) == 0
	excluded == {{
		"resource": arn,
		"reason": "the parameter ephemeral_storage_without_own_key.required is false",
	}}
}
