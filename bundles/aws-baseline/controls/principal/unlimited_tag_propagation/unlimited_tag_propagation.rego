# METADATA
# title: Services may only be made so that tasks get tags
# description: |
#   Costs and access by tags end where tasks have none. The control looks at each user and role that may call
#   `ecs:CreateService` or `ecs:UpdateService`, and fails when a statement lets it do so without `ecs:propagate-tags`
#   being limited to `SERVICE` and `TASK_DEFINITION`, or without `ecs:enable-ecs-managed-tags` being limited to
#   `true`. A service that is created must say both, because AWS gives it neither otherwise; an update that says
#   nothing leaves them as they are.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA07
#   severity: low
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Add denials of `ecs:CreateService` and `ecs:UpdateService` with `{"StringNotEqualsIfExists":
#       {"ecs:propagate-tags": ["SERVICE", "TASK_DEFINITION"]}}` and `{"BoolIfExists": {"ecs:enable-ecs-managed-tags":
#       "false"}}`, where those of `ecs:CreateService` have no `IfExists` or stand beside a `Null` condition.
#       `tidewaiter guardrails iam|scp|permissions-boundary` prints such statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_tag_propagation

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions({"ecs:CreateService", "ecs:UpdateService"})


limits := [
	{
		"key": "ecs:propagate-tags",
		"creates": {"ecs:CreateService"},
		"changes": {"ecs:UpdateService"},
		"may_be_absent": false,
		"allowed": set(),
		"refused": {"NONE"},
		"says": "`SERVICE` or `TASK_DEFINITION`",
		"fix": [{"StringEquals": {"ecs:propagate-tags": "NONE"}}, {"Null": {"ecs:propagate-tags": "true"}}],
	},
	{
		"key": "ecs:enable-ecs-managed-tags",
		"creates": {"ecs:CreateService"},
		"changes": {"ecs:UpdateService"},
		"may_be_absent": false,
		"allowed": set(),
		"refused": {"false"},
		"says": "`true` alone",
		"fix": [
			{"Bool": {"ecs:enable-ecs-managed-tags": "false"}},
			{"Null": {"ecs:enable-ecs-managed-tags": "true"}},
		],
	},
]
