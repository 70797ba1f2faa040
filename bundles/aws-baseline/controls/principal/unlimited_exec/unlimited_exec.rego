# METADATA
# title: ECS Exec may not be switched on by callers
# description: |
#   ECS Exec opens a shell in running containers. The control looks at each user and role that may call
#   `ecs:CreateService`, `ecs:UpdateService`, `ecs:RunTask`, `ecs:StartTask`, `ecs:CreateDaemon` or
#   `ecs:UpdateDaemon`, and fails when a statement lets it do so without `ecs:enable-execute-command` being limited to
#   `false`. A request that does not say it leaves ECS Exec off, or as it is. Where `data.params.exec_allowed` allows
#   ECS Exec in clusters with a tag, no principal is judged, since no request carries the tags of its cluster; SV07
#   and TK03 watch it there.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA08
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [exec_allowed, judged_principals]
#   remediation:
#     text: |
#       Add a denial: `{"Effect": "Deny", "Action": ["ecs:CreateService", "ecs:UpdateService", "ecs:RunTask",
#       "ecs:StartTask", "ecs:CreateDaemon", "ecs:UpdateDaemon"], "Resource": "*", "Condition": {"StringEquals":
#       {"ecs:enable-execute-command": "true"}}}`. `tidewaiter guardrails iam|scp|permissions-boundary` prints such
#       statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_exec

import rego.v1

import data.lib.access

deny contains violation if {
	is_judged
	some violation in access.violations(limits)
}

exclude contains exclusion if {
	is_judged
	some exclusion in access.exclusions(creates | changes)
}

exclude contains exclusion if {
	not is_judged
	some arn, _ in input.iam.access
	exclusion := {"resource": arn, "reason": "the parameters allow ECS Exec in clusters with a tag, which no request carries"}
}

is_judged if data.params.exec_allowed.cluster_tag_key == ""

creates := {"ecs:CreateService", "ecs:RunTask", "ecs:StartTask", "ecs:CreateDaemon"}

changes := {"ecs:UpdateService", "ecs:UpdateDaemon"}

limits := [{
	"key": "ecs:enable-execute-command",
	"creates": creates,
	"changes": changes,
	"may_be_absent": true,
	"allowed": set(),
	"refused": {"true"},
	"says": "`false` alone",
	"fix": [{"StringEquals": {"ecs:enable-execute-command": "true"}}],
}]
