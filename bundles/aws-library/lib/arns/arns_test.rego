package lib.arns_test

import rego.v1

import data.lib.arns

test_name_of_a_service_is_its_last_part if {
	arns.name("arn:aws:ecs:eu-central-1:123456789012:service/prod/web") == "web"
}

test_name_of_a_service_with_a_short_arn_is_its_last_part if {
	arns.name("arn:aws:ecs:eu-central-1:123456789012:service/web") == "web"
}

test_name_of_a_cluster_is_its_last_part if {
	arns.name("arn:aws:ecs:eu-central-1:123456789012:cluster/prod") == "prod"
}

test_name_of_something_without_a_slash_is_the_whole if {
	arns.name("FARGATE") == "FARGATE"
}

test_name_of_a_function_in_a_template_is_the_function if {
	arns.name({"Ref": "Cluster"}) == "{\"Ref\":\"Cluster\"}"
}
