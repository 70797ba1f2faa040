# METADATA
# title: Limits on services hold for Express services and daemons
# description: |
#   Express services and daemons run tasks as services do, through calls of their own, and a limit on
#   `ecs:CreateService` says nothing about these. The control looks at each user and role whose every way to call
#   `ecs:CreateService` is limited by `ecs:subnet`, `ecs:auto-assign-public-ip`, `ecs:enable-execute-command`,
#   `ecs:task-cpu`, `ecs:task-memory`, `ecs:propagate-tags` or `ecs:enable-ecs-managed-tags`, and fails when a statement
#   lets it create an Express service or a daemon without the same limit, be it because the call does not carry the
#   key. The same goes for `ecs:privileged` with `ecs:RegisterTaskDefinition` and `ecs:RegisterDaemonTaskDefinition`.
#   A user or role that cannot call these at all goes round no limit of its own, and is not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-overview.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA23
#   severity: high
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Deny `ecs:CreateExpressGatewayService`, `ecs:CreateDaemon` and `ecs:RegisterDaemonTaskDefinition` to those who
#       need none, or limit them by the keys that they carry.
package tidewaiter.controls.principal.unlimited_kinds_of_service

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some limited, others_of in others
	some key in limits_of(principal, limited)
	some found in access.grants(principal, others_of)
	not has_limit(found.grant, key)
	violation := access.finding(arn, found.grant, found.actions, {
		"key": key,
		"how": sprintf("%s limits %s and not these", [key, limited]),
		"says": "the same limit, or no such call",
		"fix": [{"Effect": "Deny", "Action": sort(found.actions), "Resource": "*"}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(ways)

exclude contains exclusion if {
	some arn, principal in access.judged
	count(access.held(principal, ways)) > 0
	count([key | some limited, _ in others; some key in limits_of(principal, limited)]) == 0
	exclusion := {"resource": arn, "reason": "nothing limits how it creates services and registers task definitions"}
}

# For the action that is limited, those that do the same another way.
others := {
	"ecs:CreateService": {"ecs:CreateExpressGatewayService", "ecs:CreateDaemon"},
	"ecs:RegisterTaskDefinition": {"ecs:RegisterDaemonTaskDefinition"},
}

ways := {way | some _, of_action in others; some way in of_action}

keys := {
	"ecs:CreateService": {
		"ecs:auto-assign-public-ip",
		"ecs:enable-ecs-managed-tags",
		"ecs:enable-execute-command",
		"ecs:propagate-tags",
		"ecs:subnet",
		"ecs:task-cpu",
		"ecs:task-memory",
	},
	"ecs:RegisterTaskDefinition": {"ecs:privileged"},
}

# The keys by which every way to call an action is limited.
limits_of(principal, action) := {key |
	found := access.grants(principal, {action})
	count(found) > 0
	some key in keys[action]
	every one in found {
		has_limit(one.grant, key)
	}
}

has_limit(grant, key) if {
	some bound in access.bounds(grant, key)
	bound.binding in {"required", "when_present"}
}
