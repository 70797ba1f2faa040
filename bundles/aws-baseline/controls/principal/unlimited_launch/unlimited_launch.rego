# METADATA
# title: Tasks may only be started in known clusters from known definitions
# description: |
#   No condition key carries the subnets, security groups and public address of `ecs:RunTask` and `ecs:StartTask`, so
#   that whoever may start any definition anywhere goes round every limit on services. The control looks at each user
#   and role that may call them, and fails when a statement does not require `ecs:cluster` to be one of a list, or
#   names no family of task definitions.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA11
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Name both: `{"Effect": "Allow", "Action": "ecs:RunTask", "Resource":
#       "arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:*", "Condition": {"ArnEquals": {"ecs:cluster":
#       "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}}}`.
package tidewaiter.controls.principal.unlimited_launch

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	some missing in lacking(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": missing.how,
		"says": missing.says,
		"fix": [{
			"Effect": "Allow",
			"Action": sort(found.actions),
			"Resource": "arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:*",
			"Condition": {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}},
		}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {"ecs:RunTask", "ecs:StartTask"}

lacking(grant) := {missing |
	not access.requires(grant, "ecs:cluster")
	missing := {
		"how": "no cluster is required",
		"says": "a list for ecs:cluster, since no key carries subnets and public addresses",
	}
} | {missing |
	not access.of_named_resources(grant)
	missing := {"how": "any task definition will do", "says": "named families"}
}
