package tidewaiter.controls.service.capacity_not_allowed_test

import rego.v1

import data.tidewaiter.controls.service.capacity_not_allowed as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

only(names) := {"capacity_not_allowed": {"allowed": names}}

strategy(names) := {"capacityProviderStrategy": [{"capacityProvider": name, "weight": 1} | some name in names]}

ec2 := {arn: {"launchType": "EC2"}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_launch_type_that_is_not_listed if {
	violations := control.deny with input.ecs.services as ec2 with data.params as only(["FARGATE"])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" runs on launch type \"EC2\",",
			"expected only what the parameter capacity_not_allowed.allowed lists",
		]),
		"evidence": {"path": "launchType", "value": "EC2"},
	}}
}

test_denies_each_capacity_provider_that_is_not_listed if {
	violations := control.deny with input.ecs.services as {arn: strategy(["FARGATE", "FARGATE_SPOT", "large"])}
		with data.params as only(["FARGATE"])
	{violation.evidence.value | some violation in violations} == {"FARGATE_SPOT", "large"}
}

test_denies_an_older_deployment_and_a_task_set if {
	violations := control.deny with input.ecs.services as {arn: {
		"launchType": "FARGATE",
		"deployments": [{"id": "ecs-svc/1", "status": "ACTIVE", "launchType": "EC2"}],
		"taskSets": [{"id": "ecs-svc/2", "launchType": "EXTERNAL"}],
	}}
		with data.params as only(["FARGATE"])
	{violation.evidence.path | some violation in violations} == {
		"deployments[?id=='ecs-svc/1'].launchType",
		"taskSets[?id=='ecs-svc/2'].launchType",
	}
	concat(" ", [
		"deployment \"ecs-svc/1\" of service \"web\" runs on launch type \"EC2\",",
		"expected only what the parameter capacity_not_allowed.allowed lists",
	]) in messages(violations)
}

test_allows_what_is_listed if {
	every service in [
		{"launchType": "FARGATE"},
		strategy(["FARGATE", "large"]),
		strategy(["arn:aws:ecs:eu-central-1:123456789012:capacity-provider/large"]),
	] {
		violations := control.deny with input.ecs.services as {arn: service}
			with data.params as only(["FARGATE", "large"])
		count(violations) == 0
	}
}

test_excludes_every_service_while_the_list_is_empty if {
	violations := control.deny with input.ecs.services as ec2
	excluded := control.exclude with input.ecs.services as ec2
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the parameter capacity_not_allowed.allowed is empty"}}
}

test_excludes_a_service_that_names_no_capacity if {
	excluded := control.exclude with input.ecs.services as {arn: {"deploymentController": {"type": "EXTERNAL"}}}
		with data.params as only(["FARGATE"])
	excluded == {{
		"resource": arn,
		"reason": "the service names neither launch type nor capacity providers",
	}}
}

test_excludes_no_service_whose_task_set_names_capacity if {
	excluded := control.exclude with input.ecs.services as {arn: {"taskSets": [{
		"id": "ecs-svc/1",
		"launchType": "FARGATE",
	}]}}
		with data.params as only(["FARGATE"])
	count(excluded) == 0
}
