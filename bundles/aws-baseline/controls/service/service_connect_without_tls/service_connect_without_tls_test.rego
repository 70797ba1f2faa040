package tidewaiter.controls.service.service_connect_without_tls_test

import rego.v1

import data.tidewaiter.controls.service.service_connect_without_tls as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

deployment(id, status, connect) := {"id": id, "status": status, "serviceConnectConfiguration": connect}

offering(endpoints) := {"enabled": true, "services": endpoints}

service(deployments) := {arn: {"deployments": deployments}}

tls := {"issuerCertificateAuthority": {"awsPcaAuthorityArn": "arn:aws:acm-pca:eu-central-1:1:certificate-authority/1"}}

messages(violations) := {violation.message | some violation in violations}

test_denies_an_endpoint_without_tls if {
	connect := offering([{"portName": "http"}, {"portName": "grpc", "tls": tls}])
	violations := control.deny with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" offers port \"http\" through Service Connect without TLS,",
			"expected a certificate authority",
		]),
		"evidence": {
			"path": concat(".", [
				"deployments[?id=='ecs-svc/1']",
				"serviceConnectConfiguration.services[?portName=='http'].tls",
			]),
			"value": null,
		},
	}}
}

test_denies_tls_without_an_authority if {
	connect := offering([{"portName": "http", "tls": {"issuerCertificateAuthority": {}}}])
	violations := control.deny with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	count(violations) == 1
}

test_denies_an_older_deployment_that_still_runs_tasks if {
	violations := control.deny with input.ecs.services as service([
		deployment("ecs-svc/2", "PRIMARY", offering([{"portName": "http", "tls": tls}])),
		deployment("ecs-svc/1", "ACTIVE", offering([{"portName": "http"}])),
	])
	messages(violations) == {concat(" ", [
		"deployment \"ecs-svc/1\" of service \"web\", which still runs tasks,",
		"offers port \"http\" through Service Connect without TLS, expected a certificate authority",
	])}
}

test_allows_endpoints_with_tls if {
	connect := offering([{"portName": "http", "tls": tls}])
	violations := control.deny with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	excluded := control.exclude with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_service_that_only_calls_others if {
	connect := {"enabled": true, "namespace": "prod"}
	violations := control.deny with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	excluded := control.exclude with input.ecs.services as service([deployment("ecs-svc/1", "PRIMARY", connect)])
	count(violations) == 0
	count(excluded) == 0
}

test_allows_a_deployment_that_was_replaced if {
	violations := control.deny with input.ecs.services as service([
		deployment("ecs-svc/2", "PRIMARY", offering([{"portName": "http", "tls": tls}])),
		deployment("ecs-svc/1", "INACTIVE", offering([{"portName": "http"}])),
	])
	count(violations) == 0
}

test_excludes_a_service_without_service_connect if {
	every connect in [{"enabled": false, "services": [{"portName": "http"}]}, {}] {
		estate := service([deployment("ecs-svc/1", "PRIMARY", connect)])
		violations := control.deny with input.ecs.services as estate
		excluded := control.exclude with input.ecs.services as estate
		count(violations) == 0
		excluded == {{"resource": arn, "reason": "the service does not use Service Connect"}}
	}
}
