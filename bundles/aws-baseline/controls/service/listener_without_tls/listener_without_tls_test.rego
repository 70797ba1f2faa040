package tidewaiter.controls.service.listener_without_tls_test

import rego.v1

import data.tidewaiter.controls.service.listener_without_tls as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

group := "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/1"

balancer := "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/front/2"

forward := [{"Type": "forward", "TargetGroupArn": group}]

services := {arn: {"loadBalancers": [{"targetGroupArn": group}]}}

balanced(listener) := {
	"listeners": {"listener": object.union({"LoadBalancerArn": balancer, "DefaultActions": forward}, listener)},
	"load_balancers": {balancer: {"Scheme": "internal"}},
	"target_groups": {group: {"Protocol": "HTTP", "HealthCheckProtocol": "HTTP"}},
}

denied(listener) := violations if {
	violations := control.deny with input.ecs.services as services
		with input.elbv2 as balanced(listener)
}

recommended := "ELBSecurityPolicy-TLS13-1-3-2021-06"

test_denies_http if {
	denied({"Port": 80, "Protocol": "HTTP"}) == {{
		"resource": arn,
		"message": "service \"web\" is reached through port 80 of load balancer \"front\", which is HTTP, expected HTTPS or TLS",
		"evidence": {
			"path": "loadBalancers[0].targetGroupArn",
			"listener": "listener",
			"value": "HTTP",
			"port": 80,
		},
	}}
}

test_denies_a_protocol_that_is_not_known if {
	count(denied({"Port": 80, "Protocol": "HTTP4"})) == 1
	count(denied({"Port": 80})) == 1
}

test_denies_a_policy_that_is_not_recommended if {
	some violation in denied({"Port": 443, "Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-2016-08"})
	violation.message == concat(" ", [
		"service \"web\" is reached through port 443 of load balancer \"front\",",
		"whose security policy is ELBSecurityPolicy-2016-08,",
		"expected one like ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
	])
	violation.evidence.security_policy == "ELBSecurityPolicy-2016-08"
}

test_denies_tls_without_a_policy if {
	count(denied({"Port": 443, "Protocol": "TLS"})) == 1
}

test_denies_each_listener_once_whatever_forwards_to_it if {
	twice := {arn: {"loadBalancers": [{
		"targetGroupArn": group,
		"advancedConfiguration": {"alternateTargetGroupArn": "green"},
	}]}}
	listener := {"Port": 80, "Protocol": "HTTP", "DefaultActions": [
		{"Type": "forward", "TargetGroupArn": group},
		{"Type": "forward", "TargetGroupArn": "green"},
	]}
	violations := control.deny with input.ecs.services as twice with input.elbv2 as balanced(listener)
	{violation.evidence.path | some violation in violations} == {"loadBalancers[0].advancedConfiguration.alternateTargetGroupArn"}
	count(violations) == 1
}

test_allows_recommended_policies if {
	count(denied({"Port": 443, "Protocol": "HTTPS", "SslPolicy": recommended})) == 0
	count(denied({"Port": 443, "Protocol": "TLS", "SslPolicy": recommended})) == 0
}

test_allows_a_listener_that_leads_elsewhere if {
	count(denied({"Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "redirect"}]})) == 0
	count(denied({"Port": 80, "Protocol": "HTTP", "DefaultActions": [{
		"Type": "forward",
		"TargetGroupArn": "other",
	}]})) == 0
}

test_allows_an_exempt_scheme if {
	violations := denied({"Port": 80, "Protocol": "HTTP"}) with data.params.listener_without_tls.exempt_schemes as ["internal"]
	count(violations) == 0
}

test_allows_tcp_where_it_is_listed if {
	violations := denied({"Port": 443, "Protocol": "TCP"}) with data.params.listener_without_tls.protocols as ["TCP"]
	count(violations) == 0
}

test_denies_target_groups_without_encryption_on_demand if {
	violations := denied({"Port": 443, "Protocol": "HTTPS", "SslPolicy": recommended}) with data.params.listener_without_tls.encrypted_targets as true
	{violation.message | some violation in violations} == {
		"target group \"web\" of service \"web\" has Protocol HTTP, expected HTTPS, TLS or QUIC",
		"target group \"web\" of service \"web\" has HealthCheckProtocol HTTP, expected HTTPS",
	}
}

test_allows_encrypted_target_groups if {
	elbv2 := {"target_groups": {group: {"Protocol": "TLS", "HealthCheckProtocol": "HTTPS"}}}
	violations := control.deny with input.ecs.services as services with input.elbv2 as elbv2
		with data.params.listener_without_tls.encrypted_targets as true
	count(violations) == 0
}

test_excludes_services_that_no_listener_leads_to if {
	excluded := control.exclude with input.ecs.services as {arn: services[arn], "other": {"serviceName": "job"}}
		with input.elbv2 as {"listeners": {}}
	excluded == {
		{"resource": arn, "reason": "no listener leads to the service"},
		{"resource": "other", "reason": "the service has no target group"},
	}
}

test_excludes_no_service_that_a_listener_leads_to if {
	excluded := control.exclude with input.ecs.services as services with input.elbv2 as balanced({"Protocol": "HTTPS"})
	count(excluded) == 0
}
