package lib.repositories_test

import rego.v1

import data.lib.repositories

estate(images) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"ecs": {"task_definitions": {"td:1": {"containerDefinitions": [{"image": reference} | some reference in images]}}},
}

test_name_of_a_repository_keeps_its_path if {
	repositories.name("arn:aws:ecr:eu-central-1:123456789012:repository/team/web") == "team/web"
}

test_a_repository_that_a_container_names_is_in_use if {
	found := repositories.in_use with input as estate([
		"123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/web:1",
		"123456789012.dkr-ecr.eu-central-1.on.aws/agent",
	])
	found == {"team/web", "agent"}
}

test_repositories_elsewhere_are_not_in_use if {
	found := repositories.in_use with input as estate([
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/team/web:1",
		"111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/web:1",
		"quay.io/team/web:1",
		"${Registry}/team/web",
	])
	count(found) == 0
}
