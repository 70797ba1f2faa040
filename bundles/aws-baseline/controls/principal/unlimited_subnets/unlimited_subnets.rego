# METADATA
# title: Services may only be put into known subnets
# description: |
#   Whoever chooses a service's subnets chooses whom its tasks can reach. The control looks at each user and role that
#   may call `ecs:CreateService` or `ecs:UpdateService`, and fails when a statement lets it do so without `ecs:subnet`
#   being limited, to the subnets of `data.params.allowed_subnets` where these name some. A service that is created
#   must name them: `ForAllValues` and `IfExists` let a request without the key pass. An update that names no subnet
#   leaves them as they are. No condition key carries the subnets of `ecs:RunTask`, `ecs:StartTask` and
#   `ecs:CreateTaskSet`; TK02, TS01 and IA11 watch these.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA05
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [allowed_subnets, judged_principals]
#   remediation:
#     text: |
#       Add a denial of other subnets, `{"Effect": "Deny", "Action": ["ecs:CreateService", "ecs:UpdateService"],
#       "Resource": "*", "Condition": {"ForAnyValue:StringNotEquals": {"ecs:subnet": ["subnet-…"]}}}`, and one of
#       `ecs:CreateService` with `{"Null": {"ecs:subnet": "true"}}`. `tidewaiter guardrails
#       iam|scp|permissions-boundary` prints such statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_subnets

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions({"ecs:CreateService", "ecs:UpdateService"})


limits := [{
	"key": "ecs:subnet",
	"creates": {"ecs:CreateService"},
	"changes": {"ecs:UpdateService"},
	"may_be_absent": false,
	"allowed": allowed,
	"refused": set(),
	"says": expected,
	"fix": [{"ForAnyValue:StringNotEquals": {"ecs:subnet": sort(allowed)}}, {"Null": {"ecs:subnet": "true"}}],
}]

allowed := {id | some id in data.params.allowed_subnets.ids}

expected := "a list of subnets" if count(allowed) == 0

expected := "the allowed subnets alone" if count(allowed) > 0
