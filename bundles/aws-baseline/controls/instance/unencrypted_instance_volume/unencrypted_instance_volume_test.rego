package tidewaiter.controls.instance.unencrypted_instance_volume_test

import rego.v1

import data.tidewaiter.controls.instance.unencrypted_instance_volume as control

mapping(device, volume) := {"DeviceName": device, "Ebs": {"VolumeId": volume}}

estate(volumes) := {"ec2": {
	"instances": {"i-1": {
		"State": {"Name": "running"},
		"BlockDeviceMappings": [mapping("/dev/xvda", "vol-1"), mapping("/dev/xvdb", "vol-2")],
	}},
	"volumes": volumes,
}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_volume_that_is_not_encrypted if {
	violations := control.deny with input as estate({"vol-1": {"Encrypted": true}, "vol-2": {"Encrypted": false}})
	violations == {{
		"resource": "i-1",
		"message": concat(" ", [
			"volume \"vol-2\" (/dev/xvdb) of instance \"i-1\" is not encrypted,",
			"expected it encrypted",
		]),
		"evidence": {
			"path": "BlockDeviceMappings[1].Ebs.VolumeId",
			"value": "vol-2",
			"volume": {"path": "Encrypted", "value": false, "expected": true},
		},
	}}
}

test_denies_a_volume_that_does_not_say if {
	violations := control.deny with input as estate({"vol-1": {}})
	messages(violations) == {concat(" ", [
		"volume \"vol-1\" (/dev/xvda) of instance \"i-1\"",
		"does not say whether it is encrypted, expected it encrypted",
	])}
}

test_allows_encrypted_volumes if {
	violations := control.deny with input as estate({"vol-1": {"Encrypted": true}, "vol-2": {"Encrypted": true}})
	excluded := control.exclude with input as estate({})
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_a_volume_is_not_there if {
	violations := control.deny with input as estate({})
	count(violations) == 0
}

test_excludes_an_instance_that_is_terminated if {
	excluded := control.exclude with input.ec2.instances as {"i-1": {"State": {"Name": "terminated"}}}
	excluded == {{"resource": "i-1", "reason": "the instance is being terminated"}}
}
