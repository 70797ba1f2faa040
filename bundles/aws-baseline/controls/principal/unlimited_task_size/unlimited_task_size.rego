# METADATA
# title: Registered task definitions have a limited size
# description: |
#   Without limits one task definition may take the largest machines there are. The control looks at each user and
#   role that may call `ecs:RegisterTaskDefinition`, and fails when a statement lets it do so without both
#   `ecs:task-cpu` and `ecs:task-memory` being limited, by whatever list or number, in every request: a definition
#   that leaves its size out has none.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA03
#   severity: low
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Add a denial of other sizes and one of definitions without a size, for `ecs:task-cpu` as for
#       `ecs:task-memory`: `{"Effect": "Deny", "Action": "ecs:RegisterTaskDefinition", "Resource": "*", "Condition":
#       {"NumericGreaterThan": {"ecs:task-cpu": "4096"}}}` and the same with `{"Null": {"ecs:task-cpu": "true"}}`.
#       `tidewaiter guardrails iam|scp|permissions-boundary` prints such statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_task_size

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions(actions)


actions := {"ecs:RegisterTaskDefinition"}

limits := [limit |
	some key in ["ecs:task-cpu", "ecs:task-memory"]
	limit := {
		"key": key,
		"creates": actions,
		"changes": set(),
		"may_be_absent": false,
		"allowed": set(),
		"refused": set(),
		"says": "a limit in every request",
		"fix": [{"NumericGreaterThan": {key: "4096"}}, {"Null": {key: "true"}}],
	}
]
