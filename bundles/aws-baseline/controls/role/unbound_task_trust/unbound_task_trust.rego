# METADATA
# title: Task roles trust Amazon ECS on behalf of their own account alone
# description: |
#   A trust policy that lets `ecs-tasks.amazonaws.com` become the role says nothing of whose tasks these are; a condition
#   on `aws:SourceAccount` or `aws:SourceArn`, which AWS recommends for task roles, keeps Amazon ECS from being used on
#   behalf of another account (the confused deputy). The control looks at each role that tasks in use have as their task
#   role, overrides included, and fails when a statement of its trust policy names that service without a condition that
#   holds it to this account, to those of `unbound_task_trust.trusted_accounts`, or to an organization
#   (`aws:SourceOrgID`). `…IfExists`, `ForAllValues:` and operators that negate hold it to nothing, nor does an account
#   that is a wildcard. `aws:SourceArn` must be `arn:aws:ecs:REGION:ACCOUNT:*`, since Amazon ECS does not support the ARN
#   of a cluster there. AWS's page on task execution roles shows a trust policy without conditions and recommends none,
#   so these are judged with `unbound_task_trust.execution_roles` alone. Roles that no task runs with, or that do not
#   trust the service, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
# custom:
#   id: RL02
#   severity: medium
#   resources: iam.roles
#   covers:
#     prowler:
#       - iam_role_cross_service_confused_deputy_prevention
#       - iam_role_service_trust_restricts_source_to_account
#   remediation:
#     text: |
#       Add to the statement
#       `"Condition": {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}, "ArnLike": {"aws:SourceArn": "arn:aws:ecs:REGION:ACCOUNT:*"}}`
#       with the account and the Region in which the tasks run, one pattern for each Region, as
#       `aws iam update-assume-role-policy` takes it. Start a task afterwards: one that cannot take its role does not start.
package tidewaiter.controls.role.unbound_task_trust

import rego.v1

import data.lib.arns
import data.lib.resource_policies
import data.lib.task_roles
import data.lib.trust
import data.lib.wording

params := data.params.unbound_task_trust

trusted := {
	"accounts": {input.account.id} | {account | some account in params.trusted_accounts},
	"organizations": {organization | some organization in params.trusted_organizations},
}

deny contains violation if {
	some arn, users in judged
	open := [assumer |
		some assumer in trust.assumers(input.iam.roles[arn])
		trust.is_tasks(assumer)
		not resource_policies.limited_by_source(assumer.statement, trusted)
	]
	count(open) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q of %s trusts %s without a condition on whose tasks these are (%s), expected %s",
			[
				arns.name(arn),
				wording.few(users),
				open[0].name,
				wording.few({assumer.place | some assumer in open}),
				"aws:SourceAccount or aws:SourceArn of this account",
			],
		),
		"evidence": {
			"path": sort({assumer.path | some assumer in open})[0],
			"value": object.get(open[0].statement, "Condition", null),
			"statements": sort({assumer.path | some assumer in open}),
			"used_by": sort(users),
		},
	}
}

exclude contains exclusion if {
	roles := judged
	some arn, _ in input.iam.roles
	not roles[arn]
	exclusion := {"resource": arn, "reason": "no task that is judged runs with it"}
}

exclude contains exclusion if {
	some arn, _ in judged
	count([assumer | some assumer in trust.assumers(input.iam.roles[arn]); trust.is_tasks(assumer)]) == 0
	exclusion := {"resource": arn, "reason": "it does not trust ecs-tasks.amazonaws.com"}
}

# What runs with each role that is judged.
judged := {arn: users |
	some arn in object.keys(task_roles.of_tasks) | object.keys(executions)
	users := object.get(task_roles.of_tasks, arn, set()) | object.get(executions, arn, set())
}

executions := task_roles.of_execution if params.execution_roles == true

executions := {} if params.execution_roles == false
