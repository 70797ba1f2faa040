# METADATA
# title: Running work may only be stopped in known clusters
# description: |
#   The cluster is the border between teams and environments, and a statement that names none crosses it. The control
#   looks at each user and role that may stop tasks, delete services, task sets and daemons, change their primary task
#   set, or change, drain and deregister container instances, and fails when a statement names no cluster, in its
#   resources or as a requirement on `ecs:cluster`. A requirement on a tag of the resource will do as well.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA12
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name the cluster: `{"Effect": "Allow", "Action": "ecs:StopTask", "Resource":
#       "arn:aws:ecs:REGION:ACCOUNT:task/NAME/*"}`, or require it with `{"ArnEquals": {"ecs:cluster":
#       "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}}`.
package tidewaiter.controls.principal.unlimited_cluster

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	not is_limited(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "no cluster is named",
		"says": "named clusters alone",
		"fix": [{
			"Effect": "Allow",
			"Action": sort(found.actions),
			"Resource": "*",
			"Condition": {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}},
		}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {
	"ecs:DeleteDaemon",
	"ecs:DeleteExpressGatewayService",
	"ecs:DeleteService",
	"ecs:DeleteTaskSet",
	"ecs:DeregisterContainerInstance",
	"ecs:StopServiceDeployment",
	"ecs:StopTask",
	"ecs:UpdateContainerInstancesState",
	"ecs:UpdateServicePrimaryTaskSet",
}


is_limited(grant) if access.in_named_clusters(grant)

is_limited(grant) if {
	some key in ["ecs:cluster", "aws:ResourceTag/", "ecs:ResourceTag/"]
	access.requires(grant, key)
}
