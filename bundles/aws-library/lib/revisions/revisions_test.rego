package lib.revisions_test

import rego.v1

import data.lib.revisions

arn(name) := concat("", ["arn:aws:ecs:eu-central-1:123456789012:task-definition/", name])

definitions := {
	arn("web:9"): {"status": "ACTIVE"},
	arn("web:10"): {"status": "ACTIVE"},
	arn("web:11"): {"status": "INACTIVE"},
	arn("api:12"): {"status": "ACTIVE"},
}

test_the_newest_active_revision_is_the_one_with_the_highest_number if {
	revisions.newer(arn("web:9")) == arn("web:10") with input.ecs.task_definitions as definitions
	revisions.newer(arn("web:2")) == arn("web:10") with input.ecs.task_definitions as definitions
}

test_all_newer_revisions_are_sorted_by_number if {
	revisions.all_newer(arn("web:2")) == [arn("web:9"), arn("web:10")] with input.ecs.task_definitions as definitions
	revisions.all_newer(arn("web:10")) == [] with input.ecs.task_definitions as definitions
	revisions.all_newer(arn("other:1")) == [] with input.ecs.task_definitions as definitions
}

test_nothing_is_newer_than_the_newest if {
	every name in ["web:10", "web:11", "api:12", "other:1", "web"] {
		not revisions.newer(arn(name)) with input.ecs.task_definitions as definitions
	}
}

test_a_label_is_the_family_with_the_number if {
	revisions.label(arn("web:9")) == "web:9"
	revisions.label("web:9") == "web:9"
}

test_the_newest_of_a_family_is_active if {
	estate := {"arn/web:7": {"status": "ACTIVE"}, "arn/web:9": {"status": "INACTIVE"}, "arn/web-2:8": {"status": "ACTIVE"}}
	revisions.newest("arn/web") == "arn/web:7" with input.ecs.task_definitions as estate
	not revisions.newest("arn/other") with input.ecs.task_definitions as estate
}
