package tidewaiter.controls.log_group.unencrypted_log_group_test

import rego.v1

import data.tidewaiter.controls.log_group.unencrypted_log_group as control

arn := "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web"

key := "arn:aws:kms:eu-central-1:123456789012:key/1111"

test_denies_a_group_without_a_key if {
	violations := control.deny with input.logs.log_groups as {arn: {"logGroupName": "/ecs/web"}}
	violations == {{
		"resource": arn,
		"message": "log group \"/ecs/web\" has no KMS key, expected one",
		"evidence": {"path": "logGroups[0].kmsKeyId", "value": null},
	}}
}

test_denies_a_key_that_is_not_listed if {
	violations := control.deny with input.logs.log_groups as {arn: {"kmsKeyId": key}}
		with data.params.unencrypted_log_group.keys as ["arn:aws:kms:eu-central-1:123456789012:key/2222"]
	{violation.evidence.value | some violation in violations} == {key}
}

test_allows_any_key_when_none_is_listed if {
	violations := control.deny with input.logs.log_groups as {arn: {"kmsKeyId": key}}
	excluded := control.exclude with input.logs.log_groups as {arn: {"kmsKeyId": key}}
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_key_that_is_listed if {
	violations := control.deny with input.logs.log_groups as {arn: {"kmsKeyId": key}}
		with data.params.unencrypted_log_group.keys as [key]
	count(violations) == 0
}

test_excludes_every_group_while_no_key_is_required if {
	violations := control.deny with input.logs.log_groups as {arn: {"logGroupName": "/ecs/web"}}
		with data.params.unencrypted_log_group.required as false
	excluded := control.exclude with input.logs.log_groups as {arn: {"logGroupName": "/ecs/web"}}
		with data.params.unencrypted_log_group.required as false
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter unencrypted_log_group.required is false"}}
}
