package tidewaiter.controls.image.outdated_image_test

import rego.v1

import data.tidewaiter.controls.image.outdated_image as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/web/sha256:0123"

estate(moment) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {"images": {arn: {"repositoryName": "web", "imageTags": ["1.2"], "imagePushedAt": moment}}},
}

test_denies_an_image_that_was_pushed_long_ago if {
	violations := control.deny with input as estate(1779000000.0)
	violations == {{
		"resource": arn,
		"message": "image \"web:1.2\" was pushed 189 days ago, expected at most 180",
		"evidence": {"path": "imageDetails[0].imagePushedAt", "value": 1779000000.0, "max_age_days": 180},
	}}
}

test_denies_an_image_without_a_date if {
	violations := control.deny with input as estate(null)
	{violation.message | some violation in violations} == {concat(" ", [
		"image \"web:1.2\" does not say when it was pushed,",
		"expected at most 180 days ago",
	])}
}

test_denies_by_the_parameter if {
	violations := control.deny with input as estate("2026-11-01T00:00:00+00:00")
		with data.params.outdated_image.max_age_days as 7
	count(violations) == 1
}

test_allows_a_younger_image if {
	violations := control.deny with input as estate("2026-11-01T00:00:00+00:00")
	excluded := control.exclude with input as estate("2026-11-01T00:00:00+00:00")
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_every_image_while_the_parameter_is_0 if {
	violations := control.deny with input as estate(1779000000.0) with data.params.outdated_image.max_age_days as 0
	excluded := control.exclude with input as estate(1779000000.0) with data.params.outdated_image.max_age_days as 0
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter outdated_image.max_age_days is 0"}}
}
