package tidewaiter.controls.express_service.exposed_express_service_test

import rego.v1

import data.tidewaiter.controls.express_service.exposed_express_service as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

infrastructure := "arn:aws:iam::123456789012:role/infrastructure"

execution := "arn:aws:iam::123456789012:role/execution"

service(configuration) := {arn: {
	"infrastructureRoleArn": infrastructure,
	"status": {"statusCode": "ACTIVE"},
	"activeConfigurations": [object.union({"serviceRevisionArn": "r", "executionRoleArn": execution}, configuration)],
}}

endpoint(access) := service({"ingressPaths": [{"accessType": access, "endpoint": "web.example.com"}]})

subnets(ids) := service({"networkConfiguration": {"subnets": ids}})

messages(violations) := {violation.message | some violation in violations}

test_denies_a_public_endpoint if {
	violations := control.deny with input.ecs.express_services as endpoint("PUBLIC")
	violations == {{
		"resource": arn,
		"message": "Express Mode service \"web\" has an endpoint with access PUBLIC, expected PRIVATE",
		"evidence": {
			"path": "activeConfigurations[?serviceRevisionArn=='r'].ingressPaths[].accessType",
			"value": "PUBLIC",
			"expected": ["PRIVATE"],
			"endpoint": "web.example.com",
		},
	}}
}

test_denies_an_access_type_that_is_not_known if {
	violations := control.deny with input.ecs.express_services as endpoint("LATER")
	count(violations) == 1
}

test_denies_an_endpoint_that_does_not_say if {
	violations := control.deny with input.ecs.express_services as service({"ingressPaths": [{"endpoint": "x"}]})
	messages(violations) == {"Express Mode service \"web\" has an endpoint with access of no type, expected PRIVATE"}
}

test_denies_a_subnet_that_is_not_listed if {
	violations := control.deny with input.ecs.express_services as subnets(["subnet-1", "subnet-2"])
		with data.params.allowed_subnets.ids as ["subnet-2"]
	messages(violations) == {concat(" ", [
		"Express Mode service \"web\" uses subnet \"subnet-1\",",
		"expected only subnets of the parameter allowed_subnets.ids",
	])}
}

test_denies_roles_that_are_shared if {
	violations := control.deny with input.ecs.express_services as service({"taskRoleArn": execution})
	messages(violations) == {concat(" ", [
		"Express Mode service \"web\" has the role \"execution\" as its task role and its task execution role,",
		"expected one role for each",
	])}
	others := control.deny with input.ecs.express_services as service({"taskRoleArn": infrastructure})
	count(others) == 1
	all_three := control.deny with input.ecs.express_services as service({
		"taskRoleArn": infrastructure,
		"executionRoleArn": infrastructure,
	})
	count(all_three) == 3
}

test_allows_a_private_endpoint_in_any_subnet if {
	violations := control.deny with input.ecs.express_services as endpoint("PRIVATE")
	excluded := control.exclude with input.ecs.express_services as endpoint("PRIVATE")
	count(violations) == 0
	count(excluded) == 0
	others := control.deny with input.ecs.express_services as subnets(["subnet-1"])
	count(others) == 0
}

test_allows_a_public_endpoint_where_that_is_meant if {
	violations := control.deny with input.ecs.express_services as endpoint("PUBLIC")
		with data.params.exposed_express_service.access_types as ["PRIVATE", "PUBLIC"]
	count(violations) == 0
}

test_allows_a_service_without_a_task_role if {
	violations := control.deny with input.ecs.express_services as service({})
	count(violations) == 0
}

test_excludes_a_deleted_service if {
	estate := {arn: {
		"status": {"statusCode": "INACTIVE"},
		"activeConfigurations": [{"ingressPaths": [{"accessType": "PUBLIC"}]}],
	}}
	violations := control.deny with input.ecs.express_services as estate
	excluded := control.exclude with input.ecs.express_services as estate
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the service is deleted"}}
}
