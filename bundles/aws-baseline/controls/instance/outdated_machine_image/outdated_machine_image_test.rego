package tidewaiter.controls.instance.outdated_machine_image_test

import rego.v1

import data.tidewaiter.controls.instance.outdated_machine_image as control

complete := {"status": "complete", "gaps": []}

estate(images) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ec2": {
		"instances": {"i-1": {"ImageId": "ami-1", "State": {"Name": "running"}}},
		"machine_images": images,
	},
	"ssm": {"recommended_amis": {"/aws/service/a": {"Value": "ami-9"}}},
	"coverage": {"ec2.machine_images": complete, "ssm.recommended_amis": complete},
}

made(moment) := {"ami-1": {"CreationDate": moment}}

messages(violations) := {violation.message | some violation in violations}

test_denies_an_old_image if {
	violations := control.deny with input as estate(made("2026-08-01T08:00:00.000Z"))
	violations == {{
		"resource": "i-1",
		"message": "instance \"i-1\" runs AMI \"ami-1\", which is 113 days old, expected 90 at most",
		"evidence": {
			"path": "ImageId",
			"value": "ami-1",
			"image": {"path": "CreationDate", "value": "2026-08-01T08:00:00.000Z"},
		},
	}}
}

test_denies_an_image_of_no_known_age if {
	every image in [{}, {"CreationDate": "some day"}, {"CreationDate": null}] {
		violations := control.deny with input as estate({"ami-1": image})
		messages(violations) == {concat(" ", [
			"instance \"i-1\" runs AMI \"ami-1\", which does not say when it was made,",
			"expected 90 days of age at most",
		])}
	}
}

test_denies_a_recent_image_that_is_deprecated if {
	deprecated := {"ami-1": {"CreationDate": "2026-11-20T08:00:00.000Z", "DeprecationTime": "2026-11-21T08:00:00.000Z"}}
	violations := control.deny with input as estate(deprecated)
	violations == {{
		"resource": "i-1",
		"message": concat(" ", [
			"instance \"i-1\" runs AMI \"ami-1\", which was deprecated on 2026-11-21,",
			"expected one that its owner maintains",
		]),
		"evidence": {
			"path": "ImageId",
			"value": "ami-1",
			"image": {"path": "DeprecationTime", "value": "2026-11-21T08:00:00.000Z"},
		},
	}}
}

test_allows_an_image_that_will_be_deprecated if {
	every moment in ["2028-11-20T08:00:00.000Z", "", null] {
		image := {"ami-1": {"CreationDate": "2026-11-20T08:00:00.000Z", "DeprecationTime": moment}}
		violations := control.deny with input as estate(image)
		count(violations) == 0
	}
}

test_denies_an_image_that_is_gone if {
	violations := control.deny with input as estate({})
	messages(violations) == {concat(" ", [
		"instance \"i-1\" runs AMI \"ami-1\", which was deregistered or is not shared any more,",
		"expected one that can be seen",
	])}
}

test_denies_by_parameter_what_aws_does_not_recommend if {
	recent := made("2026-11-20T08:00:00.000Z")
	violations := control.deny with input as estate(recent)
		with data.params.outdated_machine_image.recommended_only as true
	messages(violations) == {concat(" ", [
		"instance \"i-1\" runs AMI \"ami-1\",",
		"expected one that AWS recommends for ECS today",
	])}
	none := control.deny with input as estate(recent)
		with data.params.outdated_machine_image.recommended_only as true
		with input.ssm.recommended_amis as {"/aws/service/a": {"Value": "ami-1"}}
	count(none) == 0
}

test_unknown_when_recommendations_were_not_read if {
	violations := control.deny with input as estate(made("2026-11-20T08:00:00.000Z"))
		with data.params.outdated_machine_image.recommended_only as true
		with input.coverage as {"ssm.recommended_amis": {"status": "denied", "gaps": [{"ids": []}]}}
	count(violations) == 0
}

test_allows_a_recent_image if {
	violations := control.deny with input as estate(made("2026-08-24T08:00:00.000Z"))
	excluded := control.exclude with input as estate({})
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_image_was_not_looked_up if {
	violations := control.deny with input as estate({})
		with input.coverage as {"ec2.machine_images": {"status": "denied", "gaps": [{"ids": ["ami-1"]}]}}
	count(violations) == 0
}

test_excludes_a_managed_instance if {
	managed := {"i-1": {"ImageId": "ami-1", "Operator": {"Managed": true}}}
	violations := control.deny with input as estate({})
		with input.ec2.instances as managed
	excluded := control.exclude with input.ec2.instances as managed
	count(violations) == 0
	excluded == {{"resource": "i-1", "reason": "AWS operates the instance"}}
}
