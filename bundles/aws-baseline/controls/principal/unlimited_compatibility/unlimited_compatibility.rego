# METADATA
# title: Registered task definitions are for known kinds of capacity
# description: |
#   A definition that EC2 instances can run may use the host's network, devices and directories, which one for Fargate
#   alone cannot. The control looks at each user and role that may call `ecs:RegisterTaskDefinition`, and fails when a
#   statement lets it do so without `ecs:compute-compatibility` being limited in every request, to the values of
#   `data.params.compatibility_not_allowed` where that names some.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA04
#   severity: low
#   resources: iam.access
#   covers: {}
#   parameters: [compatibility_not_allowed, judged_principals]
#   remediation:
#     text: |
#       Add a denial of other kinds and one of definitions that name none: `{"Effect": "Deny", "Action":
#       "ecs:RegisterTaskDefinition", "Resource": "*", "Condition": {"ForAnyValue:StringNotEquals":
#       {"ecs:compute-compatibility": "FARGATE"}}}` and the same with `{"Null": {"ecs:compute-compatibility":
#       "true"}}`. `tidewaiter guardrails iam|scp|permissions-boundary` prints such statements for all parameters at
#       once.
package tidewaiter.controls.principal.unlimited_compatibility

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions(actions)


actions := {"ecs:RegisterTaskDefinition"}

key := "ecs:compute-compatibility"

allowed := {kind | some kind in data.params.compatibility_not_allowed.allowed}

limits := [{
	"key": key,
	"creates": actions,
	"changes": set(),
	"may_be_absent": false,
	"allowed": allowed,
	"refused": set(),
	"says": "a list of kinds in every request",
	"fix": [{"Null": {key: "true"}}],
}]
