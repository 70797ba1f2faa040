# METADATA
# title: Task roles are for tasks alone
# description: |
#   A task role that others may become too gives them what was meant for a container, without a trace in Amazon ECS of
#   who it was, and ties the rights of the application to those of whoever shares them. The control looks at each role
#   that tasks in use have as their task role, overrides included, and fails when its trust policy lets anybody else
#   become it: another service of AWS than those of `assumable_task_role.services`, an account, a user or a role, this
#   account's own included, an identity provider, everybody, or, with `NotPrincipal`, everybody but some. A condition
#   excuses nobody, nor does a denial, since what they leave over cannot be told without the request; those who are meant
#   stand in `assumable_task_role.principals`. Roles that no task has as its task role are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html#access-analyzer-iam-role
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-bestpractices.html
# custom:
#   id: RL06
#   severity: medium
#   resources: iam.roles
#   covers:
#     checkov: [CKV_AWS_60]
#     cloudsplaining: [AssumableByAnyPrincipal]
#   remediation:
#     text: |
#       Take from the trust policy every principal but the service:
#       `{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}` with a
#       condition on `aws:SourceAccount` (RL02). Give people and other services roles of their own. Who has to become the
#       role, such as a pipeline that tests it, belongs in `assumable_task_role.principals`.
package tidewaiter.controls.role.assumable_task_role

import rego.v1

import data.lib.arns
import data.lib.resource_policies
import data.lib.task_roles
import data.lib.trust
import data.lib.wording

params := data.params.assumable_task_role

deny contains violation if {
	some arn, users in task_roles.of_tasks
	strangers := [assumer |
		some assumer in trust.assumers(input.iam.roles[arn])
		not expected(assumer)
	]
	count(strangers) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, the task role of %s, may be assumed by %s, expected %s alone",
			[
				arns.name(arn),
				wording.few(users),
				wording.few({text |
					some assumer in strangers
					text := sprintf("%s (%s)", [described(assumer), assumer.place])
				}),
				concat(" or ", params.services),
			],
		),
		"evidence": {
			"path": sort({assumer.path | some assumer in strangers})[0],
			"value": sort({assumer.name | some assumer in strangers}),
			"statements": sort({assumer.path | some assumer in strangers}),
			"used_by": sort(users),
		},
	}
}

exclude contains exclusion if some exclusion in task_roles.excluded

expected(assumer) if {
	assumer.kind == "Service"
	assumer.name in params.services
}

expected(assumer) if assumer.name in params.principals

# An account may be written as its id or as its root.
expected(assumer) if {
	assumer.kind == "AWS"
	is_string(assumer.name)
	endswith(assumer.name, ":root")
	resource_policies.account_of(assumer.name) in params.principals
}

described(assumer) := "everybody" if {
	assumer.kind == "AWS"
	assumer.name == "*"
} else := sprintf("everybody but %s", [assumer.name]) if {
	assumer.kind == "NotPrincipal"
} else := sprintf("%v", [assumer.name])
