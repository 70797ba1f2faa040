# METADATA
# title: ECS services offer Service Connect endpoints over TLS only
# description: |
#   Service Connect carries traffic between services through proxies beside their containers; only with a TLS
#   configuration is that traffic encrypted, and does the caller know who answers. The control fails for each endpoint
#   that a service offers through Service Connect without naming the certificate authority that issues its certificates.
#   Older deployments that still run tasks are judged too. A service that only calls others has no endpoint of its own
#   and passes. Services that do not use Service Connect are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectTlsConfiguration.html
# custom:
#   id: SV11
#   severity: medium
#   resources: ecs.services
#   covers:
#     iam-condition-keys: [ecs:enable-service-connect]
#   remediation:
#     text: |
#       Create a certificate authority in AWS Private CA and a role that Service Connect may use, then update the service
#       with `tls` for each of its `serviceConnectConfiguration.services`. Update the services that call it as well: old
#       clients without TLS cannot reach it.
package tidewaiter.controls.service.service_connect_without_tls

import rego.v1

import data.lib.deployments

deny contains violation if {
	some arn, service in input.ecs.services
	some deployment in deployments.running(service)
	deployment.serviceConnectConfiguration.enabled == true
	some endpoint in deployment.serviceConnectConfiguration.services
	object.get(endpoint, ["tls", "issuerCertificateAuthority", "awsPcaAuthorityArn"], "") == ""
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s offers port %q through Service Connect without TLS, expected a certificate authority",
			[deployments.subject(arn, deployment), endpoint.portName],
		),
		"evidence": {
			"path": deployments.path(deployment, sprintf(
				"serviceConnectConfiguration.services[?portName=='%s'].tls",
				[endpoint.portName],
			)),
			"value": object.get(endpoint, "tls", null),
		},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	count([deployment |
		some deployment in deployments.running(service)
		deployment.serviceConnectConfiguration.enabled == true
	]) == 0
	exclusion := {"resource": arn, "reason": "the service does not use Service Connect"}
}
