package tidewaiter.controls.service.public_ip_assigned_test

import rego.v1

import data.tidewaiter.controls.service.public_ip_assigned as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

network(awsvpc) := {"networkConfiguration": {"awsvpcConfiguration": awsvpc}}

service(setting) := network({"subnets": ["subnet-1"], "assignPublicIp": setting})

deployment(status, setting) := object.union(service(setting), {"id": "ecs-svc/1", "status": status})

test_denies_a_service_that_assigns_public_addresses if {
	violations := control.deny with input.ecs.services as {arn: service("ENABLED")}
	violations == {{
		"resource": arn,
		"message": "service \"web\" has assignPublicIp ENABLED, expected DISABLED",
		"evidence": {
			"path": "networkConfiguration.awsvpcConfiguration.assignPublicIp",
			"value": "ENABLED",
			"expected": "DISABLED",
		},
	}}
}

test_denies_a_setting_that_is_not_known if {
	violations := control.deny with input.ecs.services as {arn: service("DUALSTACK")}
	count(violations) == 1
}

test_denies_an_older_deployment_that_still_runs_tasks if {
	rolling := object.union(service("DISABLED"), {"deployments": [deployment("ACTIVE", "ENABLED")]})
	violations := control.deny with input.ecs.services as {arn: rolling}
	paths := {violation.evidence.path | some violation in violations}
	paths == {"deployments[?id=='ecs-svc/1'].networkConfiguration.awsvpcConfiguration.assignPublicIp"}
}

test_allows_a_service_that_assigns_none if {
	violations := control.deny with input.ecs.services as {arn: service("DISABLED")}
	count(violations) == 0
}

test_allows_a_service_without_the_setting if {
	violations := control.deny with input.ecs.services as {arn: network({"subnets": ["subnet-1"]})}
	count(violations) == 0
}

test_allows_a_deployment_that_was_replaced if {
	rolled := object.union(service("DISABLED"), {"deployments": [deployment("INACTIVE", "ENABLED")]})
	violations := control.deny with input.ecs.services as {arn: rolled}
	count(violations) == 0
}

test_excludes_a_service_without_awsvpc if {
	excluded := control.exclude with input.ecs.services as {arn: {"serviceName": "web"}}
	excluded == {{"resource": arn, "reason": "the service has no awsvpc network configuration"}}
}

test_excludes_no_service_with_awsvpc if {
	excluded := control.exclude with input.ecs.services as {arn: service("DISABLED")}
	count(excluded) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	violations := control.deny with input.ecs.services as {arn: service({"Ref": "PublicIp"})}
	count(violations) == 0
}
