package tidewaiter.controls.repository.image_scanning_off_test

import rego.v1

import data.tidewaiter.controls.repository.image_scanning_off as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

image := "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/web:1"

estate(scanning, images) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"ecs": {"task_definitions": {"td:1": {"containerDefinitions": [{"image": reference} | some reference in images]}}},
	"ecr": {"repositories": {arn: {"repositoryName": "team/web"}}, "repository_scanning": scanning},
	"coverage": {"ecr.repository_scanning": {"status": "complete"}},
}

scanned(frequency) := {arn: {"repositoryArn": arn, "scanFrequency": frequency}}

test_denies_a_repository_that_is_scanned_by_hand if {
	violations := control.deny with input as estate(scanned("MANUAL"), [])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"repository \"team/web\" has the scan frequency MANUAL,",
			"expected SCAN_ON_PUSH or CONTINUOUS_SCAN",
		]),
		"evidence": {"path": "scanningConfigurations[0].scanFrequency", "value": "MANUAL"},
	}}
}

test_denies_a_frequency_that_is_not_known if {
	violations := control.deny with input as estate(scanned("WEEKLY"), [])
	count(violations) == 1
}

test_denies_a_repository_in_use if {
	violations := control.deny with input as estate(scanned("MANUAL"), [image])
		with data.params.image_scanning_off.scope as "in_use"
	count(violations) == 1
}

test_allows_scanning_on_push_and_continuous_scanning if {
	every frequency in ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"] {
		violations := control.deny with input as estate(scanned(frequency), [])
		excluded := control.exclude with input as estate(scanned(frequency), [])
		count(violations) == 0
		count(excluded) == 0
	}
}

test_unknown_when_the_scanning_could_not_be_read if {
	blind := object.union(estate({}, []), {"coverage": {"ecr.repository_scanning": {"status": "denied"}}})
	violations := control.deny with input as blind
	excluded := control.exclude with input as blind
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_repository_that_vanished if {
	excluded := control.exclude with input as estate({}, [])
	excluded == {{"resource": arn, "reason": "the repository has vanished"}}
}

test_excludes_a_repository_out_of_use if {
	violations := control.deny with input as estate(scanned("MANUAL"), [])
		with data.params.image_scanning_off.scope as "in_use"
	excluded := control.exclude with input as estate(scanned("MANUAL"), [])
		with data.params.image_scanning_off.scope as "in_use"
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "no task definition names the repository"}}
}
