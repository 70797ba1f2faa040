package tidewaiter.controls.service.managed_volume_unencrypted_test

import rego.v1

import data.tidewaiter.controls.service.managed_volume_unencrypted as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

deployment(status, volume) := {
	"id": "ecs-svc/1",
	"status": status,
	"volumeConfigurations": [{"name": "data", "managedEBSVolume": volume}],
}

with_key(storage) := {cluster: {"configuration": {"managedStorageConfiguration": storage}}}

estate(volume, clusters) := {"ecs": {
	"services": {arn: {"clusterArn": cluster, "deployments": [deployment("PRIMARY", volume)]}},
	"clusters": clusters,
}}

plain := {cluster: {"clusterArn": cluster}}

asked(params) := {"managed_volume_unencrypted": object.union(
	{"account_encrypts": false, "own_key_required": false, "keys": []},
	params,
)}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_volume_without_encryption if {
	violations := control.deny with input as estate({"encrypted": false}, plain)
	violations == {{
		"resource": arn,
		"message": "volume \"data\" of service \"web\" is not encrypted, expected encrypted true",
		"evidence": {
			"path": concat(".", [
				"deployments[?id=='ecs-svc/1']",
				"volumeConfigurations[?name=='data'].managedEBSVolume.encrypted",
			]),
			"value": false,
		},
	}}
}

test_denies_a_volume_that_does_not_say if {
	violations := control.deny with input as estate({"sizeInGiB": 20}, plain)
	count(violations) == 1
}

test_denies_a_volume_whose_cluster_has_a_key_for_fargate_alone if {
	clusters := with_key({"fargateEphemeralStorageKmsKeyId": "key-1"})
	violations := control.deny with input as estate({}, clusters)
	count(violations) == 1
}

test_denies_an_older_deployment_that_still_runs_tasks if {
	services := {arn: {"clusterArn": cluster, "deployments": [deployment("ACTIVE", {})]}}
	violations := control.deny with input.ecs as {"services": services, "clusters": plain}
	count(violations) == 1
}

test_denies_a_key_of_aws_where_an_own_key_is_required if {
	violations := control.deny with input as estate({"encrypted": true}, plain)
		with data.params as asked({"own_key_required": true})
	messages(violations) == {"volume \"data\" of service \"web\" has no KMS key of yours, expected one"}
}

test_denies_a_key_that_is_not_listed if {
	violations := control.deny with input as estate({"encrypted": true, "kmsKeyId": "key-1"}, plain)
		with data.params as asked({"own_key_required": true, "keys": ["key-2"]})
	messages(violations) == {concat(" ", [
		"volume \"data\" of service \"web\" is encrypted with key \"key-1\",",
		"expected one of the parameter managed_volume_unencrypted.keys",
	])}
}

test_allows_an_encrypted_volume if {
	violations := control.deny with input as estate({"encrypted": true}, plain)
	excluded := control.exclude with input as estate({"encrypted": true}, plain)
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_volume_that_the_key_of_its_cluster_encrypts if {
	violations := control.deny with input as estate({}, with_key({"kmsKeyId": "key-1"}))
		with data.params as asked({"own_key_required": true, "keys": ["key-1"]})
	count(violations) == 0
}

test_allows_every_volume_where_the_account_encrypts if {
	violations := control.deny with input as estate({"encrypted": false}, plain)
		with data.params as asked({"account_encrypts": true})
	count(violations) == 0
}

test_unknown_when_the_cluster_is_not_there if {
	violations := control.deny with input as estate({}, {})
	excluded := control.exclude with input as estate({}, {})
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_service_without_managed_volumes if {
	excluded := control.exclude with input.ecs.services as {arn: {"deployments": [{"status": "PRIMARY"}]}}
	excluded == {{"resource": arn, "reason": "the service has no EBS volume that ECS manages"}}
}
