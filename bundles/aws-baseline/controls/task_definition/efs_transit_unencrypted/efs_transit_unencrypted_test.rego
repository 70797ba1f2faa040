package tidewaiter.controls.task_definition.efs_transit_unencrypted_test

import rego.v1

import data.tidewaiter.controls.task_definition.efs_transit_unencrypted

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(volumes) := {"ecs": {"task_definitions": {arn: {"volumes": volumes}}}}

efs(settings) := {"name": "shared", "efsVolumeConfiguration": object.union({"fileSystemId": "fs-1"}, settings)}

test_denies_encryption_that_is_disabled if {
	found := efs_transit_unencrypted.deny with input as estate([efs({"transitEncryption": "DISABLED"})])
	found == {{
		"resource": arn,
		"message": "volume \"shared\" has transitEncryption \"DISABLED\", expected \"ENABLED\"",
		"evidence": {
			"volume": "shared",
			"path": "volumes[0].efsVolumeConfiguration.transitEncryption",
			"value": "DISABLED",
			"file_system": "fs-1",
		},
	}}
}

test_denies_encryption_that_is_not_set if {
	found := efs_transit_unencrypted.deny with input as estate([efs({})])
	{violation.message | some violation in found} == {concat("", [
		"volume \"shared\" has transitEncryption not set, ",
		"expected \"ENABLED\"",
	])}
}

test_denies_a_setting_that_does_not_exist_yet if {
	found := efs_transit_unencrypted.deny with input as estate([efs({"transitEncryption": "OPPORTUNISTIC"})])
	count(found) == 1
}

test_denies_one_volume_of_two if {
	found := efs_transit_unencrypted.deny with input as estate([efs({"transitEncryption": "ENABLED"}), efs({})])
	{violation.evidence.path | some violation in found} == {"volumes[1].efsVolumeConfiguration.transitEncryption"}
}

test_allows_encryption_that_is_enabled if {
	found := efs_transit_unencrypted.deny with input as estate([efs({"transitEncryption": "ENABLED"})])
	count(found) == 0
}

test_allows_volumes_of_other_kinds if {
	volumes := [{"name": "scratch"}, {"name": "logs", "host": {"sourcePath": "/var/log/web"}}]
	found := efs_transit_unencrypted.deny with input as estate(volumes)
	count(found) == 0
}

test_allows_a_definition_without_volumes if {
	found := efs_transit_unencrypted.deny with input as {"ecs": {"task_definitions": {arn: {"family": "web"}}}}
	count(found) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	found := efs_transit_unencrypted.deny with input as estate([efs({"transitEncryption": {"Ref": "Encryption"}})])
	count(found) == 0
}
