# METADATA
# title: Sessions of containers are not opened past ECS
# description: |
#   Whoever may call `ssm:StartSession` on a task's container opens the session that ECS Exec opens, without
#   `ecs:ExecuteCommand` being asked or logged. The control looks at each user and role that may call it, and fails
#   when a statement allows it on resources that can be tasks of ECS, and no denial takes these out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-limit-access-start-session
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA10
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Add the denial that AWS's guide to ECS Exec gives: `{"Effect": "Deny", "Action": "ssm:StartSession",
#       "Resource": "arn:aws:ecs:*:*:task/*"}`, or name the instances that sessions are for.
package tidewaiter.controls.principal.direct_session

import rego.v1

import data.lib.access
import data.lib.policy_documents

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	not is_limited(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "tasks are not taken out",
		"says": "a denial on tasks of ECS",
		"fix": [{"Effect": "Deny", "Action": "ssm:StartSession", "Resource": "arn:aws:ecs:*:*:task/*"}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {"ssm:StartSession"}


# Statements about instances and documents alone open no session of a task.
is_limited(grant) if {
	every pattern in grant.resources {
		not may_be_task(pattern)
	}
}

is_limited(grant) if {
	some pattern in object.get(grant, "except", [])
	policy_documents.matches(pattern, any_task)
}

any_task := sprintf("arn:%s:ecs:%s:%s:task/any-cluster/0123456789abcdef0123456789abcdef", [
	input.account.partition,
	input.region,
	input.account.id,
])

may_be_task(pattern) if pattern == "*"

may_be_task(pattern) if startswith(pattern, concat(":", ["arn", input.account.partition, "ecs"]))

may_be_task(pattern) if {
	parts := split(pattern, ":")
	some part in array.slice(parts, 0, 3)
	contains(part, "*")
}
