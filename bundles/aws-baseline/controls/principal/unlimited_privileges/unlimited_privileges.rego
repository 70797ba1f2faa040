# METADATA
# title: Only unprivileged containers may be registered
# description: |
#   A privileged container has the rights of its host, and whoever registers its task definition decides that. The
#   control looks at each user and role that may call `ecs:RegisterTaskDefinition` or
#   `ecs:RegisterDaemonTaskDefinition`, and fails when a statement lets it do so without the condition key
#   `ecs:privileged` being limited to `false`, by a condition of its own or by a denial. A request of which no
#   container says `privileged` is not privileged, so that a condition which only binds where the key is present is
#   enough.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA02
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Add a denial to the policies, the permissions boundary or the organization: `{"Effect": "Deny", "Action":
#       ["ecs:RegisterTaskDefinition", "ecs:RegisterDaemonTaskDefinition"], "Resource": "*", "Condition":
#       {"StringEquals": {"ecs:privileged": "true"}}}`. `tidewaiter guardrails iam|scp|permissions-boundary` prints
#       such statements for all parameters at once.
package tidewaiter.controls.principal.unlimited_privileges

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions(actions)


actions := {"ecs:RegisterTaskDefinition", "ecs:RegisterDaemonTaskDefinition"}

limits := [{
	"key": "ecs:privileged",
	"creates": actions,
	"changes": set(),
	"may_be_absent": true,
	"allowed": set(),
	"refused": {"true"},
	"says": "`false` alone",
	"fix": [{"StringEquals": {"ecs:privileged": "true"}}],
}]
