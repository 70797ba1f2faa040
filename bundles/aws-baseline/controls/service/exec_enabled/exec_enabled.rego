# METADATA
# title: ECS services do not enable ECS Exec outside the clusters where it is allowed
# description: |
#   ECS Exec opens a shell in a running container, with the rights of its task role, past the pipeline that built the
#   image. The control fails when `enableExecuteCommand` is true, unless the service's cluster carries the tag of the
#   parameters `exec_allowed.cluster_tag_key` and `cluster_tag_values`; without a key, ECS Exec is allowed nowhere. With
#   a key, a service whose cluster is not in the document gives no violation. The condition key
#   `ecs:enable-execute-command` can prevent what this control finds.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: SV07
#   severity: high
#   resources: ecs.services
#   covers:
#     iam-condition-keys: [ecs:enable-execute-command]
#   parameters: [exec_allowed]
#   remediation:
#     text: |
#       Update the service with `enableExecuteCommand` false. Tasks that already run keep ECS Exec: force a new
#       deployment to replace them. If the cluster is meant for it, give the cluster the tag that allows ECS Exec.
#     action: ecs.service.update
package tidewaiter.controls.service.exec_enabled

import rego.v1

import data.lib.arns
import data.lib.exec

deny contains violation if {
	some arn, service in input.ecs.services
	service.enableExecuteCommand == true
	exec.forbidden(service.clusterArn)
	violation := {
		"resource": arn,
		"message": sprintf(
			"service %q in cluster %q has ECS Exec on, expected %s",
			[arns.name(arn), arns.name(service.clusterArn), exec.expectation],
		),
		"evidence": {
			"path": "enableExecuteCommand",
			"value": true,
			"expected": false,
			"cluster": service.clusterArn,
		},
	}
}
