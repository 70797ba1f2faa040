package tidewaiter.controls.task_definition.environment_file_not_allowed_test

import rego.v1

import data.tidewaiter.controls.task_definition.environment_file_not_allowed

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(containers) := {"ecs": {"task_definitions": {arn: {"containerDefinitions": containers}}}}

reading(value) := estate([{"name": "web", "environmentFiles": [{"type": "s3", "value": value}]}])

forbidden := {"forbidden": true, "buckets": []}

restricted := {"forbidden": false, "buckets": ["team-config", "shared-config"]}

test_denies_any_file_where_files_are_forbidden if {
	found := environment_file_not_allowed.deny with input as reading("arn:aws:s3:::team-config/web.env")
		with data.params.environment_file_not_allowed as forbidden
	found == {{
		"resource": arn,
		"message": concat("", [
			"container \"web\" takes its environment from \"arn:aws:s3:::team-config/web.env\", ",
			"expected no environment file",
		]),
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].environmentFiles[0].value",
			"value": "arn:aws:s3:::team-config/web.env",
		},
	}}
}

test_denies_an_allowed_bucket_where_files_are_forbidden if {
	found := environment_file_not_allowed.deny with input as reading("arn:aws:s3:::team-config/web.env")
		with data.params.environment_file_not_allowed as {"forbidden": true, "buckets": ["team-config"]}
	count(found) == 1
}

test_denies_another_bucket if {
	found := environment_file_not_allowed.deny with input as reading("arn:aws:s3:::team-config-old/web.env")
		with data.params.environment_file_not_allowed as restricted
	{violation.message | some violation in found} == {concat("", [
		"container \"web\" takes its environment from \"arn:aws:s3:::team-config-old/web.env\", ",
		"expected a file in one of the buckets shared-config, team-config",
	])}
}

test_denies_what_is_no_arn if {
	found := environment_file_not_allowed.deny with input as reading("team-config")
		with data.params.environment_file_not_allowed as restricted
	count(found) == 1
}

test_denies_an_access_point if {
	access_point := "arn:aws:s3:eu-central-1:123456789012:accesspoint/team-config/object/web.env"
	found := environment_file_not_allowed.deny with input as reading(access_point)
		with data.params.environment_file_not_allowed as restricted
	count(found) == 1
}

test_denies_a_file_without_a_value if {
	found := environment_file_not_allowed.deny with input as reading(null)
		with data.params.environment_file_not_allowed as restricted
	count(found) == 1
}

test_denies_a_type_that_does_not_exist_yet if {
	file := {"type": "git", "value": "arn:aws:s3:::team-config/web.env"}
	found := environment_file_not_allowed.deny with input as estate([{"name": "web", "environmentFiles": [file]}])
		with data.params.environment_file_not_allowed as restricted
	count(found) == 1
}

test_denies_a_sidecar if {
	file := {"type": "s3", "value": "arn:aws:s3:::elsewhere/agent.env"}
	found := environment_file_not_allowed.deny with input as estate([
		{"name": "web"},
		{"name": "agent", "environmentFiles": [file]},
	])
		with data.params.environment_file_not_allowed as restricted
	{violation.evidence.container | some violation in found} == {"agent"}
}

test_allows_an_allowed_bucket_in_any_partition if {
	found := environment_file_not_allowed.deny with input as reading("arn:aws-cn:s3:::team-config/web.env")
		with data.params.environment_file_not_allowed as restricted
	count(found) == 0
}

test_allows_a_container_without_files if {
	found := environment_file_not_allowed.deny with input as estate([{"name": "web"}])
		with data.params.environment_file_not_allowed as forbidden
	count(found) == 0
}

test_excludes_everything_by_default if {
	found := environment_file_not_allowed.deny with input as reading("arn:aws:s3:::anything/web.env")
	excluded := environment_file_not_allowed.exclude with input as reading("arn:aws:s3:::anything/web.env")
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := environment_file_not_allowed.deny with input as reading({"Ref": "File"})
		with data.params.environment_file_not_allowed as forbidden
	count(found) == 0
}
