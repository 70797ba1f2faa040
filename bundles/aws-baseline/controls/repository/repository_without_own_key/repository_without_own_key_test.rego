package tidewaiter.controls.repository.repository_without_own_key_test

import rego.v1

import data.tidewaiter.controls.repository.repository_without_own_key as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

key := "arn:aws:kms:eu-central-1:123456789012:key/1111"

required := {"required": true, "keys": []}

listed := {"required": true, "keys": [key]}

encrypted(type, with_key) := {arn: {"encryptionConfiguration": {"encryptionType": type, "kmsKey": with_key}}}

test_denies_the_keys_of_s3 if {
	found := {arn: {"encryptionConfiguration": {"encryptionType": "AES256"}}}
	violations := control.deny with input.ecr.repositories as found
		with data.params.repository_without_own_key as required
	violations == {{
		"resource": arn,
		"message": "repository \"team/web\" has the encryption type AES256, expected KMS",
		"evidence": {"path": "repositories[0].encryptionConfiguration.encryptionType", "value": "AES256"},
	}}
}

test_denies_a_repository_that_says_nothing if {
	violations := control.deny with input.ecr.repositories as {arn: {}}
		with data.params.repository_without_own_key as required
	count(violations) == 1
}

test_denies_a_key_that_is_not_listed if {
	violations := control.deny with input.ecr.repositories as encrypted("KMS", "arn:aws:kms:eu-central-1:1:key/2")
		with data.params.repository_without_own_key as listed
	{violation.evidence.value | some violation in violations} == {"arn:aws:kms:eu-central-1:1:key/2"}
}

test_allows_any_key_when_none_is_listed if {
	every type in ["KMS", "KMS_DSSE"] {
		violations := control.deny with input.ecr.repositories as encrypted(type, key)
			with data.params.repository_without_own_key as required
		count(violations) == 0
	}
}

test_allows_a_key_that_is_listed if {
	violations := control.deny with input.ecr.repositories as encrypted("KMS", key)
		with data.params.repository_without_own_key as listed
	excluded := control.exclude with input.ecr.repositories as encrypted("KMS", key)
		with data.params.repository_without_own_key as listed
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_every_repository_by_default if {
	violations := control.deny with input.ecr.repositories as {arn: {}}
	excluded := control.exclude with input.ecr.repositories as {arn: {}}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter repository_without_own_key.required is false"}}
}
