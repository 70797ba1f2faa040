package tidewaiter.controls.tagging.required_cluster_tags_missing_test

import rego.v1

import data.tidewaiter.controls.tagging.required_cluster_tags_missing as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

owner := {"key": "owner", "value": "payments"}

required := {"keys": ["owner"], "values": {"owner": ["payments", "orders"]}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_cluster_without_tags if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": []}}
	violations == {{
		"resource": arn,
		"message": "cluster \"prod\": it has no tag, expected at least one besides those that AWS sets",
		"evidence": {"path": "tags", "value": []},
	}}
}

test_denies_a_cluster_whose_body_has_no_tags if {
	violations := control.deny with input.ecs.clusters as {arn: {"clusterName": "prod"}}
	count(violations) == 1
}

test_denies_a_cluster_without_a_required_tag if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": [{"key": "Owner", "value": "payments"}]}}
		with data.params.required_tags as required
	messages(violations) == {"cluster \"prod\": the required tag \"owner\" is missing"}
}

test_denies_a_value_that_is_not_allowed if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": [{"key": "owner", "value": "me"}]}}
		with data.params.required_tags as required
	messages(violations) == {concat(" ", [
		"cluster \"prod\": the tag \"owner\" has the value \"me\",",
		"expected one of \"payments\", \"orders\"",
	])}
}

test_allows_any_tag_when_none_is_required if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": [owner]}}
	count(violations) == 0
}

test_allows_a_required_tag_with_an_allowed_value if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": [owner]}}
		with data.params.required_tags as required
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.clusters as {arn: {"tags": [{"key": "owner", "value": {"Ref": "Owner"}}]}}
		with data.params.required_tags as required
	count(violations) == 0
}
