package tidewaiter.controls.service.subnet_not_allowed_test

import rego.v1

import data.tidewaiter.controls.service.subnet_not_allowed as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

service(subnets) := {"networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}}}

test_denies_each_subnet_that_is_not_listed if {
	violations := control.deny with input.ecs.services as {arn: service(["subnet-1", "subnet-2", "subnet-3"])}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	{violation.evidence.value | some violation in violations} == {"subnet-2", "subnet-3"}
}

test_denies_with_the_subnet_in_the_message if {
	violations := control.deny with input.ecs.services as {arn: service(["subnet-2"])}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" uses subnet \"subnet-2\",",
			"expected only subnets of the parameter allowed_subnets.ids",
		]),
		"evidence": {"path": "networkConfiguration.awsvpcConfiguration.subnets", "value": "subnet-2"},
	}}
}

test_allows_subnets_that_are_listed if {
	violations := control.deny with input.ecs.services as {arn: service(["subnet-1", "subnet-2"])}
		with data.params.allowed_subnets.ids as ["subnet-1", "subnet-2"]
	count(violations) == 0
}

test_excludes_all_services_without_a_list if {
	excluded := control.exclude with input.ecs.services as {arn: service(["subnet-1"]), "other": {}}
		with data.params.allowed_subnets.ids as []
	excluded == {
		{"resource": arn, "reason": "the parameter allowed_subnets.ids is empty"},
		{"resource": "other", "reason": "the parameter allowed_subnets.ids is empty"},
	}
}

test_allows_everything_without_a_list if {
	violations := control.deny with input.ecs.services as {arn: service(["subnet-1"])}
		with data.params.allowed_subnets.ids as []
	count(violations) == 0
}

test_excludes_a_service_without_awsvpc if {
	excluded := control.exclude with input.ecs.services as {arn: {"serviceName": "web"}}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	excluded == {{"resource": arn, "reason": "the service has no awsvpc network configuration"}}
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: service({"Ref": "Subnets"})}
		with data.params.allowed_subnets.ids as ["subnet-1"]
	count(violations) == 0
}
