package tidewaiter.controls.operation.failed_deployment_not_rolled_back_test

import rego.v1

import data.tidewaiter.controls.operation.failed_deployment_not_rolled_back as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

service(configuration) := {arn: {"deploymentConfiguration": configuration}}

breaker(enable, rollback) := {"deploymentCircuitBreaker": {"enable": enable, "rollback": rollback}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_circuit_breaker_that_is_off if {
	violations := control.deny with input.ecs.services as service(breaker(false, false))
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" has a deployment circuit breaker without enable and rollback,",
			"expected both enable and rollback",
		]),
		"evidence": {
			"path": "deploymentConfiguration.deploymentCircuitBreaker",
			"value": {"enable": false, "rollback": false},
			"expected": {"enable": true, "rollback": true},
		},
	}}
}

test_denies_a_circuit_breaker_without_rollback if {
	violations := control.deny with input.ecs.services as service(breaker(true, false))
	messages(violations) == {concat(" ", [
		"service \"web\" has a deployment circuit breaker without rollback,",
		"expected both enable and rollback",
	])}
}

test_denies_a_service_without_a_circuit_breaker if {
	violations := control.deny with input.ecs.services as service({"strategy": "ROLLING"})
	count(violations) == 1
	others := control.deny with input.ecs.services as {arn: {"serviceArn": arn}}
	count(others) == 1
}

test_denies_a_strategy_and_a_controller_that_are_not_known if {
	violations := control.deny with input.ecs.services as {arn: {
		"deploymentConfiguration": {"strategy": "LATER"},
		"deploymentController": {"type": "LATER"},
	}}
	count(violations) == 1
}

test_allows_a_circuit_breaker_with_rollback if {
	violations := control.deny with input.ecs.services as service(breaker(true, true))
	excluded := control.exclude with input.ecs.services as service(breaker(true, true))
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_service_that_ecs_does_not_deploy if {
	every controller in ["CODE_DEPLOY", "EXTERNAL"] {
		estate := {arn: {"deploymentController": {"type": controller}}}
		violations := control.deny with input.ecs.services as estate
		excluded := control.exclude with input.ecs.services as estate
		count(violations) == 0
		excluded == {{"resource": arn, "reason": "ECS does not deploy the service itself"}}
	}
}

test_excludes_a_service_that_shifts_traffic if {
	every strategy in ["BLUE_GREEN", "LINEAR", "CANARY"] {
		violations := control.deny with input.ecs.services as service({"strategy": strategy})
		excluded := control.exclude with input.ecs.services as service({"strategy": strategy})
		count(violations) == 0
		excluded == {{"resource": arn, "reason": "the service is not deployed by rolling updates"}}
	}
}
