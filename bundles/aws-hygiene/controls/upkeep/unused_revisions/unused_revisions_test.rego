package tidewaiter.controls.upkeep.unused_revisions_test

import rego.v1

import data.tidewaiter.controls.upkeep.unused_revisions as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web"

denied(active, used) := violations if {
	violations := control.deny with input.ecs.task_definition_families as {arn: {"family": "web", "activeRevisions": active}}
		with input.usage as {sprintf("%s:%d", [arn, number]): {"services": ["web"]} | some number in used}
}

test_denies_revisions_that_nothing_uses if {
	denied([1, 2, 9, 10], [9, 10]) == {{
		"resource": arn,
		"message": concat(" ", [
			"task definition family \"web\" has 2 ACTIVE revisions that nothing uses (web:1 to web:2),",
			"expected none older than the newest 1",
		]),
		"evidence": {"path": "taskDefinitionArns", "value": 2, "oldest": "web:1", "newest": "web:2"},
	}}
}

test_denies_a_single_one if {
	some violation in denied([9, 10], [10])
	violation.message == concat(" ", [
		"task definition family \"web\" has an ACTIVE revision that nothing uses (web:9),",
		"expected none older than the newest 1",
	])
}

test_allows_revisions_in_use if {
	count(denied([1, 2, 3], [1, 2])) == 0
}

test_allows_the_newest if {
	count(denied([7], [])) == 0
	count(denied([], [])) == 0
}

test_allows_as_many_as_are_kept if {
	violations := denied([1, 2, 3], []) with data.params.unused_revisions.keep as 3
	count(violations) == 0
}

test_denies_more_than_are_kept if {
	fewer := denied([1, 2, 3], []) with data.params.unused_revisions.keep as 2
	{violation.evidence.value | some violation in fewer} == {1}
}

test_denies_a_newest_one_that_nobody_uses_where_none_is_kept if {
	violations := control.deny with input.ecs.task_definition_families as {arn: {"family": "web", "activeRevisions": [1]}}
		with input.usage as {concat("", [arn, ":1"]): {"services": [], "tasks": [], "newest_active": true}}
		with data.params.unused_revisions.keep as 0
	count(violations) == 1
}

test_denies_what_only_a_stopped_task_ran if {
	denied_with("STOPPED") == 1
	denied_with("RUNNING") == 0
}

denied_with(status) := count(violations) if {
	violations := control.deny with input.ecs as {
		"task_definition_families": {arn: {"family": "web", "activeRevisions": [1, 2]}},
		"tasks": {"a": {"lastStatus": status}},
	}
		with input.usage as {concat("", [arn, ":1"]): {"tasks": ["a"]}}
}

test_denies_although_another_family_uses_the_number if {
	violations := control.deny with input.ecs.task_definition_families as {arn: {"family": "web", "activeRevisions": [1, 2]}}
		with input.usage as {concat("", [arn, "-2:1"]): {"services": ["web"]}, concat("", [arn, ":latest"]): {"services": ["web"]}}
	count(violations) == 1
}
