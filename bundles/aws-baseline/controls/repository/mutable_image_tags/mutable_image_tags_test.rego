package tidewaiter.controls.repository.mutable_image_tags_test

import rego.v1

import data.tidewaiter.controls.repository.mutable_image_tags as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/team/web"

excluding := {
	"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
	"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev-*"}],
}

test_denies_mutable_tags if {
	violations := control.deny with input.ecr.repositories as {arn: {"imageTagMutability": "MUTABLE"}}
	violations == {{
		"resource": arn,
		"message": "repository \"team/web\" has the tag mutability MUTABLE, expected IMMUTABLE",
		"evidence": {"path": "repositories[0].imageTagMutability", "value": "MUTABLE"},
	}}
}

test_denies_a_repository_that_says_nothing if {
	violations := control.deny with input.ecr.repositories as {arn: {}}
	count(violations) == 1
}

test_denies_exclusions_with_their_filters if {
	violations := control.deny with input.ecr.repositories as {arn: excluding}
	some violation in violations
	violation.message == concat(" ", [
		"repository \"team/web\" has the tag mutability IMMUTABLE_WITH_EXCLUSION for \"dev-*\",",
		"expected IMMUTABLE",
	])
	violation.evidence.filters == ["dev-*"]
}

test_denies_mutable_tags_with_exclusions_whatever_is_accepted if {
	repository := object.union(excluding, {"imageTagMutability": "MUTABLE_WITH_EXCLUSION"})
	violations := control.deny with input.ecr.repositories as {arn: repository}
		with data.params.mutable_image_tags.accept_exclusions as true
	count(violations) == 1
}

test_allows_immutable_tags if {
	violations := control.deny with input.ecr.repositories as {arn: {"imageTagMutability": "IMMUTABLE"}}
	count(violations) == 0
}

test_allows_exclusions_where_they_are_accepted if {
	violations := control.deny with input.ecr.repositories as {arn: excluding}
		with data.params.mutable_image_tags.accept_exclusions as true
	count(violations) == 0
}
