# METADATA
# title: Listeners that lead to ECS services use TLS with a recommended policy
# description: |
#   What a load balancer takes in plain text, or by an outdated version of TLS, can be read and altered on its way. The
#   control looks at every listener that forwards to a target group of a service, by its default action or by a rule. It
#   fails for each whose protocol is not among `listener_without_tls.protocols`, and for each HTTPS or TLS listener
#   whose security policy is not among `listener_without_tls.security_policies`: those of Security Hub's ELB.17. An HTTP
#   listener that redirects to HTTPS forwards to nobody and is fine. With `listener_without_tls.encrypted_targets` the
#   target groups and their health checks must be encrypted too. Services behind a Classic Load Balancer, or behind
#   none, are not applicable. This makes for services what Security Hub's ELB.1, ELB.17, ELB.18, ELB.21 and ELB.22 make
#   for load balancers.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-18
#   - https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
# custom:
#   id: SV10
#   severity: medium
#   resources: ecs.services
#   covers:
#     prowler: [elbv2_insecure_ssl_ciphers, elbv2_ssl_listeners]
#     security-hub: [ELB.1, ELB.17, ELB.18, ELB.21, ELB.22]
#   parameters: [listener_without_tls]
#   remediation:
#     text: |
#       Add an HTTPS listener (on a Network Load Balancer, a TLS listener) with a certificate from AWS Certificate Manager,
#       and have the HTTP listener redirect to it. Change an outdated policy with `aws elbv2 modify-listener
#       --ssl-policy`; CloudWatch and access logs show which clients would be lost. If the containers end TLS themselves
#       behind a TCP listener, add `TCP` to `listener_without_tls.protocols`.
package tidewaiter.controls.service.listener_without_tls

import rego.v1

import data.lib.arns
import data.lib.load_balancers

deny contains violation if {
	some arn, service in input.ecs.services
	some listener, paths in leading(service)
	body := judged[listener]
	protocol := object.get(body, "Protocol", "of no known protocol")
	not protocol in data.params.listener_without_tls.protocols
	violation := {
		"resource": arn,
		"message": sprintf(
			"service %q is reached through %s, which is %s, expected %s",
			[
				arns.name(arn),
				called(body),
				protocol,
				concat(" or ", data.params.listener_without_tls.protocols),
			],
		),
		"evidence": evidence(listener, body, paths),
	}
}

deny contains violation if {
	some arn, service in input.ecs.services
	some listener, paths in leading(service)
	body := judged[listener]
	body.Protocol in {"HTTPS", "TLS"}
	policy := object.get(body, "SslPolicy", "none")
	not policy in data.params.listener_without_tls.security_policies
	violation := {
		"resource": arn,
		"message": sprintf(
			"service %q is reached through %s, whose security policy is %s, expected one like %s",
			[arns.name(arn), called(body), policy, data.params.listener_without_tls.security_policies[0]],
		),
		"evidence": object.union(evidence(listener, body, paths), {
			"security_policy": policy,
			"expected": data.params.listener_without_tls.security_policies,
		}),
	}
}

deny contains violation if {
	data.params.listener_without_tls.encrypted_targets == true
	some arn, service in input.ecs.services
	some named in load_balancers.target_groups(service)
	some fault in unencrypted[named.arn]
	violation := {
		"resource": arn,
		"message": sprintf(
			"target group %q of service %q has %s %s, expected %s",
			[load_balancers.name(named.arn), arns.name(arn), fault.member, fault.value, fault.expected],
		),
		"evidence": object.union(fault, {"path": named.path, "target_group": named.arn}),
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count(load_balancers.target_groups(service)) == 0
	exclusion := {"resource": arn, "reason": "the service has no target group"}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count(load_balancers.target_groups(service)) > 0
	count(leading(service)) == 0
	exclusion := {"resource": arn, "reason": "no listener leads to the service"}
}

# The listeners that lead to a service, and where the service names the target groups to which they forward.
leading(service) := {listener: paths |
	named := load_balancers.target_groups(service)
	some entry in named
	some listener in load_balancers.listeners[entry.arn]
	paths := sort([other.path | some other in named; listener in load_balancers.listeners[other.arn]])
}

# Every listener but those of load balancers that are exempt by their scheme.
judged[listener] := body if {
	some listener, body in input.elbv2.listeners
	not exempt(body)
}

exempt(listener) if {
	load_balancer := input.elbv2.load_balancers[listener.LoadBalancerArn]
	load_balancer.Scheme in data.params.listener_without_tls.exempt_schemes
}

called(listener) := sprintf(
	"port %v of load balancer %q",
	[object.get(listener, "Port", "?"), load_balancers.name(listener.LoadBalancerArn)],
)

evidence(listener, body, paths) := {
	"path": paths[0],
	"listener": listener,
	"value": object.get(body, "Protocol", null),
	"port": object.get(body, "Port", null),
}

# What is not encrypted between load balancers and targets, by target group.
unencrypted[group] contains fault if {
	some group, body in input.elbv2.target_groups
	value := object.get(body, "Protocol", "none")
	not value in {"HTTPS", "TLS", "QUIC"}
	fault := {"member": "Protocol", "value": value, "expected": "HTTPS, TLS or QUIC"}
}

unencrypted[group] contains fault if {
	some group, body in input.elbv2.target_groups
	object.get(body, "HealthCheckEnabled", true) != false
	value := object.get(body, "HealthCheckProtocol", "none")
	value != "HTTPS"
	fault := {"member": "HealthCheckProtocol", "value": value, "expected": "HTTPS"}
}
