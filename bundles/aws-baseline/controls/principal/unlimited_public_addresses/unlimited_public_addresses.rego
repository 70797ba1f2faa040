# METADATA
# title: Services may not be given public addresses
# description: |
#   A task with a public IP address can be reached from the internet as soon as a security group lets it. The control
#   looks at each user and role that may call `ecs:CreateService` or `ecs:UpdateService`, and fails when a statement
#   lets it do so without `ecs:auto-assign-public-ip` being limited to `false`. A request that does not say it gives
#   no address. No condition key carries it for `ecs:RunTask`, `ecs:StartTask` and `ecs:CreateTaskSet`, which TK02 and
#   TS01 watch.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA06
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Add a denial: `{"Effect": "Deny", "Action": ["ecs:CreateService", "ecs:UpdateService"], "Resource": "*",
#       "Condition": {"Bool": {"ecs:auto-assign-public-ip": "true"}}}`. `tidewaiter guardrails
#       iam|scp|permissions-boundary` prints such statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_public_addresses

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions({"ecs:CreateService", "ecs:UpdateService"})


limits := [{
	"key": "ecs:auto-assign-public-ip",
	"creates": {"ecs:CreateService"},
	"changes": {"ecs:UpdateService"},
	"may_be_absent": true,
	"allowed": set(),
	"refused": {"true"},
	"says": "`false` alone",
	"fix": [{"Bool": {"ecs:auto-assign-public-ip": "true"}}],
}]
