# METADATA
# title: ECS Exec sessions may only be opened where they are meant to be
# description: |
#   A session of ECS Exec runs commands with the rights of the task's role. The control looks at each user and role
#   that may call `ecs:ExecuteCommand`, and fails when a statement allows it in any cluster, of any task and in any
#   container: when its resources name no cluster and neither `ecs:cluster`, `ecs:container-name` nor a tag of the
#   resource is required by its conditions.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA09
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name the cluster: `{"Effect": "Allow", "Action": "ecs:ExecuteCommand", "Resource":
#       ["arn:aws:ecs:REGION:ACCOUNT:cluster/NAME", "arn:aws:ecs:REGION:ACCOUNT:task/NAME/*"], "Condition":
#       {"StringEquals": {"ecs:container-name": "NAME"}}}`, or deny it to all who need no sessions.
package tidewaiter.controls.principal.unlimited_exec_sessions

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	not is_limited(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "no cluster, container or tag limits it",
		"says": "named clusters, containers or tagged tasks alone",
		"fix": [{"Effect": "Allow", "Action": "ecs:ExecuteCommand", "Resource": ["arn:aws:ecs:REGION:ACCOUNT:cluster/NAME", "arn:aws:ecs:REGION:ACCOUNT:task/NAME/*"]}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {"ecs:ExecuteCommand"}


is_limited(grant) if access.in_named_clusters(grant)

is_limited(grant) if {
	some key in ["ecs:cluster", "ecs:container-name", "ecs:task", "aws:ResourceTag/", "ecs:ResourceTag/"]
	access.requires(grant, key)
}
