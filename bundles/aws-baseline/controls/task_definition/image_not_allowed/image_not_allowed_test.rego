package tidewaiter.controls.task_definition.image_not_allowed_test

import rego.v1

import data.tidewaiter.controls.task_definition.image_not_allowed as control

estate(images) := {"ecs": {"task_definitions": {"td:1": {"containerDefinitions": [
{"name": sprintf("c%d", [index]), "image": image} |
	some index, image in images
]}}}}

only_team := [{"part": "path", "operator": "notContains", "values": ["team/"]}]

test_denies_an_image_that_meets_a_condition if {
	violations := control.deny with input as estate(["quay.io/team/web:1", "quay.io/other/web:1"])
		with data.params.image_not_allowed.denied as only_team
	violations == {{
		"resource": "td:1",
		"message": concat(" ", [
			"container \"c1\" has the image \"quay.io/other/web:1\", whose path is \"other/web\",",
			"expected one that contains \"team/\"",
		]),
		"evidence": {"container": "c1", "path": "containerDefinitions[1].image", "value": "quay.io/other/web:1"},
	}}
}

test_denies_what_is_no_reference_to_an_image_by_a_list_of_what_is_allowed if {
	violations := control.deny with input as estate(["quay.io/Team/web"])
		with data.params.image_not_allowed.denied as only_team
	count(violations) == 1
}

test_denies_by_each_condition if {
	conditions := array.concat(only_team, [{"part": "name", "operator": "startsWith", "values": ["w"]}])
	violations := control.deny with input as estate(["quay.io/other/web:1"])
		with data.params.image_not_allowed.denied as conditions
	count(violations) == 2
}

test_allows_images_that_meet_no_condition if {
	violations := control.deny with input as estate(["quay.io/team/web:1"])
		with data.params.image_not_allowed.denied as only_team
	excluded := control.exclude with input as estate(["quay.io/team/web:1"])
		with data.params.image_not_allowed.denied as only_team
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_every_definition_while_nothing_is_denied if {
	violations := control.deny with input as estate(["quay.io/team/web:1"])
	excluded := control.exclude with input as estate(["quay.io/team/web:1"])
	count(violations) == 0
	excluded == {{"resource": "td:1", "reason": "the parameter image_not_allowed denies nothing"}}
}
