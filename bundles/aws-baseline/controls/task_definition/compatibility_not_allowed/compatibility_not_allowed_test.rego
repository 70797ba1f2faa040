package tidewaiter.controls.task_definition.compatibility_not_allowed_test

import rego.v1

import data.tidewaiter.controls.task_definition.compatibility_not_allowed

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

estate(definition) := {"ecs": {"task_definitions": {arn: definition}}}

fargate_alone := {"allowed": ["FARGATE"]}

test_denies_another_kind_of_capacity if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": ["EC2", "FARGATE"]})
		with data.params.compatibility_not_allowed as fargate_alone
	found == {{
		"resource": arn,
		"message": "requiresCompatibilities names \"EC2\", expected only FARGATE",
		"evidence": {"path": "requiresCompatibilities", "value": ["EC2", "FARGATE"]},
	}}
}

test_denies_a_definition_that_requires_nothing if {
	found := compatibility_not_allowed.deny with input as estate({"compatibilities": ["EC2", "FARGATE"]})
		with data.params.compatibility_not_allowed as fargate_alone
	found == {{
		"resource": arn,
		"message": "requiresCompatibilities is not set, which means \"EC2\", expected only FARGATE",
		"evidence": {"path": "requiresCompatibilities", "value": null},
	}}
}

test_denies_an_empty_list if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": []})
		with data.params.compatibility_not_allowed as fargate_alone
	count(found) == 1
}

test_denies_a_kind_that_does_not_exist_yet if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": ["MOON"]})
		with data.params.compatibility_not_allowed as fargate_alone
	count(found) == 1
}

test_allows_the_listed_kind if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": ["FARGATE"]})
		with data.params.compatibility_not_allowed as fargate_alone
	count(found) == 0
}

test_allows_a_definition_that_requires_nothing_where_ec2_is_listed if {
	found := compatibility_not_allowed.deny with input as estate({"family": "web"})
		with data.params.compatibility_not_allowed as {"allowed": ["EC2"]}
	count(found) == 0
}

test_excludes_everything_by_default if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": ["EXTERNAL"]})
	excluded := compatibility_not_allowed.exclude with input as estate({"requiresCompatibilities": ["EXTERNAL"]})
	count(found) == 0
	{exclusion.resource | some exclusion in excluded} == {arn}
}

test_does_not_judge_what_a_template_leaves_open if {
	found := compatibility_not_allowed.deny with input as estate({"requiresCompatibilities": [{"Ref": "Kind"}]})
		with data.params.compatibility_not_allowed as fargate_alone
	count(found) == 0
}
