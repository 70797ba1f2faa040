# METADATA
# title: ECS services stop and roll back deployments that fail
# description: |
#   Without the deployment circuit breaker, ECS goes on starting tasks of a deployment that never becomes healthy, and the
#   service stays on it. The control fails when `deploymentCircuitBreaker` of a service's deployment configuration is
#   absent, does not have `enable` true, or does not have `rollback` true, which are the defaults of the API. The circuit
#   breaker is for rolling updates by ECS: services with external or CodeDeploy deployments, and those whose strategy is
#   `BLUE_GREEN`, `LINEAR` or `CANARY`, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
# custom:
#   id: SV12
#   severity: low
#   resources: ecs.services
#   covers: {}
#   remediation:
#     text: |
#       Update the service with `deploymentConfiguration.deploymentCircuitBreaker` `{enable=true,rollback=true}`; no
#       deployment is started. A rollback goes to the last deployment that completed.
package tidewaiter.controls.operation.failed_deployment_not_rolled_back

import rego.v1

import data.lib.arns
import data.lib.deployments
import data.lib.values

deny contains violation if {
	some arn, service in input.ecs.services
	not deployments.elsewhere(service)
	not shifts_traffic(service)
	breaker := object.get(service, ["deploymentConfiguration", "deploymentCircuitBreaker"], {})
	missing := [member |
		some member in ["enable", "rollback"]
		value := object.get(breaker, member, null)
		value != true
		values.settled(value)
	]
	count(missing) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"service %q has a deployment circuit breaker without %s, expected both enable and rollback",
			[arns.name(arn), concat(" and ", missing)],
		),
		"evidence": {
			"path": "deploymentConfiguration.deploymentCircuitBreaker",
			"value": {member: object.get(breaker, member, null) | some member in ["enable", "rollback"]},
			"expected": {"enable": true, "rollback": true},
		},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	deployments.elsewhere(service)
	exclusion := {"resource": arn, "reason": "ECS does not deploy the service itself"}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	not deployments.elsewhere(service)
	shifts_traffic(service)
	exclusion := {"resource": arn, "reason": "the service is not deployed by rolling updates"}
}

shifts_traffic(service) if service.deploymentConfiguration.strategy in {"BLUE_GREEN", "LINEAR", "CANARY"}
