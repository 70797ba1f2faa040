package tidewaiter.controls.tagging.required_repository_tags_missing_test

import rego.v1

import data.tidewaiter.controls.tagging.required_repository_tags_missing as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

estate(tags, status) := {
	"ecr": {"repositories": {arn: {"repositoryName": "team/web"}}, "repository_tags": tags},
	"coverage": {"ecr.repository_tags": {"status": status}},
}

tagged(tags) := {arn: {"tags": tags}}

owner := {"Key": "owner", "Value": "payments"}

required := {"keys": ["stage"], "values": {}}

test_denies_a_repository_without_tags if {
	violations := control.deny with input as estate(tagged([]), "complete")
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"repository \"team/web\": it has no tag,",
			"expected at least one besides those that AWS sets",
		]),
		"evidence": {"path": "tags", "value": []},
	}}
}

test_denies_a_missing_key if {
	violations := control.deny with input as estate(tagged([owner]), "complete")
		with data.params.required_tags as required
	{violation.evidence.path | some violation in violations} == {"tags[?Key=='stage'].Value"}
}

test_allows_any_tag_by_default if {
	violations := control.deny with input as estate(tagged([owner]), "complete")
	excluded := control.exclude with input as estate(tagged([owner]), "complete")
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_tags_could_not_be_read if {
	violations := control.deny with input as estate({}, "denied")
	excluded := control.exclude with input as estate({}, "denied")
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_repository_that_vanished if {
	excluded := control.exclude with input as estate({}, "complete")
	excluded == {{"resource": arn, "reason": "the repository has vanished"}}
}
