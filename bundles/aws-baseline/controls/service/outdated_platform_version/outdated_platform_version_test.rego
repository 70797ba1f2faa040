package tidewaiter.controls.service.outdated_platform_version_test

import rego.v1

import data.tidewaiter.controls.service.outdated_platform_version as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

fargate(version) := {"launchType": "FARGATE", "platformVersion": version, "platformFamily": "Linux"}

windows(version) := object.union(fargate(version), {"platformFamily": "Windows Server 2022 Core"})

spot(version) := {
	"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
	"platformVersion": version,
}

deployment(status, version) := object.union(fargate(version), {"id": "ecs-svc/1", "status": status})

task_set(version) := object.union(fargate(version), {"id": "ecs-svc/2"})

paths(violations) := {violation.evidence.path | some violation in violations}

test_denies_an_older_version if {
	violations := control.deny with input.ecs.services as {arn: fargate("1.3.0")}
	violations == {{
		"resource": arn,
		"message": "service \"web\" asks for Fargate platform version 1.3.0, expected LATEST or 1.4.0",
		"evidence": {"path": "platformVersion", "value": "1.3.0", "expected": ["LATEST", "1.4.0"]},
	}}
}

test_denies_an_older_version_on_fargate_spot if {
	violations := control.deny with input.ecs.services as {arn: spot("1.3.0")}
	paths(violations) == {"platformVersion"}
}

test_denies_the_linux_version_on_windows if {
	violations := control.deny with input.ecs.services as {arn: windows("1.4.0")}
	paths(violations) == {"platformVersion"}
}

test_denies_a_number_in_a_family_that_is_not_known if {
	other := object.union(fargate("1.4.0"), {"platformFamily": "Plan 9"})
	violations := control.deny with input.ecs.services as {arn: other}
	{violation.message | some violation in violations} == {concat(" ", [
		"service \"web\" asks for Fargate platform version 1.4.0,",
		"expected LATEST",
	])}
}

test_denies_a_deployment_for_which_latest_was_an_older_version if {
	service := object.union(fargate("LATEST"), {"deployments": [deployment("PRIMARY", "1.3.0")]})
	violations := control.deny with input.ecs.services as {arn: service}
	paths(violations) == {"deployments[?id=='ecs-svc/1'].platformVersion"}
}

test_denies_a_service_once_when_its_deployment_agrees if {
	service := object.union(fargate("1.3.0"), {"deployments": [deployment("PRIMARY", "1.3.0")]})
	violations := control.deny with input.ecs.services as {arn: service}
	paths(violations) == {"platformVersion"}
}

test_denies_an_older_version_in_a_task_set if {
	violations := control.deny with input.ecs.services as {arn: {"taskSets": [task_set("1.3.0")]}}
	paths(violations) == {"taskSets[?id=='ecs-svc/2'].platformVersion"}
}

test_allows_latest if {
	violations := control.deny with input.ecs.services as {arn: fargate("LATEST")}
	count(violations) == 0
}

test_allows_the_latest_number if {
	violations := control.deny with input.ecs.services as {arn: fargate("1.4.0")}
	count(violations) == 0
}

test_allows_the_latest_number_of_windows if {
	violations := control.deny with input.ecs.services as {arn: windows("1.0.0")}
	count(violations) == 0
}

test_allows_an_absent_version if {
	violations := control.deny with input.ecs.services as {arn: {"launchType": "FARGATE"}}
	count(violations) == 0
}

test_allows_a_version_that_the_parameter_lists if {
	violations := control.deny with input.ecs.services as {arn: fargate("1.5.0")}
		with data.params.outdated_platform_version.linux as ["1.4.0", "1.5.0"]
	count(violations) == 0
}

test_allows_a_replaced_deployment_with_an_older_version if {
	service := object.union(fargate("LATEST"), {"deployments": [deployment("INACTIVE", "1.3.0")]})
	violations := control.deny with input.ecs.services as {arn: service}
	count(violations) == 0
}

test_excludes_a_service_on_ec2 if {
	excluded := control.exclude with input.ecs.services as {arn: {"launchType": "EC2"}}
	excluded == {{"resource": arn, "reason": "the service does not run on Fargate"}}
}

test_excludes_a_service_with_a_capacity_provider_of_its_own if {
	service := {"capacityProviderStrategy": [{"capacityProvider": "gpu", "weight": 1}]}
	excluded := control.exclude with input.ecs.services as {arn: service}
	count(excluded) == 1
}

test_excludes_no_service_on_fargate if {
	excluded := control.exclude with input.ecs.services as {arn: spot("1.4.0")}
	count(excluded) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: fargate({"Ref": "Version"})}
	count(violations) == 0
}
