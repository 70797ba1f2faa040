package tidewaiter.controls.tagging.required_capacity_provider_tags_missing_test

import rego.v1

import data.tidewaiter.controls.tagging.required_capacity_provider_tags_missing as control

arn := "arn:aws:ecs:eu-central-1:123456789012:capacity-provider/large"

fargate := "arn:aws:ecs:eu-central-1:123456789012:capacity-provider/FARGATE"

provider(tags) := {arn: {"status": "ACTIVE", "tags": tags}}

test_denies_a_capacity_provider_without_tags if {
	violations := control.deny with input.ecs.capacity_providers as provider([])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"capacity provider \"large\": it has no tag,",
			"expected at least one besides those that AWS sets",
		]),
		"evidence": {"path": "tags", "value": []},
	}}
}

test_denies_a_missing_key if {
	violations := control.deny with input.ecs.capacity_providers as provider([{"key": "Owner", "value": "a"}])
		with data.params.required_tags as {"keys": ["owner"], "values": {}}
	count(violations) == 1
}

test_allows_a_capacity_provider_with_a_tag if {
	violations := control.deny with input.ecs.capacity_providers as provider([{"key": "owner", "value": "a"}])
	excluded := control.exclude with input.ecs.capacity_providers as provider([{"key": "owner", "value": "a"}])
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_what_aws_provides if {
	violations := control.deny with input.ecs.capacity_providers as {fargate: {"status": "ACTIVE"}}
	excluded := control.exclude with input.ecs.capacity_providers as {fargate: {"status": "ACTIVE"}}
	count(violations) == 0
	excluded == {{"resource": fargate, "reason": "AWS provides the capacity provider"}}
}

test_excludes_a_deleted_capacity_provider if {
	violations := control.deny with input.ecs.capacity_providers as {arn: {"status": "INACTIVE"}}
	excluded := control.exclude with input.ecs.capacity_providers as {arn: {"status": "INACTIVE"}}
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the capacity provider is deleted"}}
}
