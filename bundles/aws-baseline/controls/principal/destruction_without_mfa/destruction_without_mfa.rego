# METADATA
# title: People destroy nothing without a second factor
# description: |
#   A stolen access key deletes a cluster as well as its owner does. The control looks at users, and at roles that
#   people assume, which may delete or deregister what ECS holds, and fails when a statement lets them do so without
#   `aws:MultiFactorAuthPresent` being required to be `true`, or `aws:MultiFactorAuthAge` being limited, in every
#   request: `BoolIfExists` lets requests with access keys pass. People are users, roles whose trust policy names
#   users, and those of `data.params.people`. Roles whose trust policy asks for a second factor are not judged,
#   because it was given when they were assumed; neither are those that an identity provider signs people in to, since
#   such sessions never carry the key.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA13
#   severity: medium
#   resources: iam.access
#   covers:
#     parliament: [BAD_PATTERN_FOR_MFA]
#   parameters: [judged_principals, people]
#   remediation:
#     text: |
#       Add a denial: `{"Effect": "Deny", "Action": ["ecs:Delete*", "ecs:Deregister*"], "Resource": "*", "Condition":
#       {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}`.
package tidewaiter.controls.principal.destruction_without_mfa

import rego.v1

import data.lib.access
import data.lib.people

deny contains violation if {
	some arn, principal in access.judged
	people.by_keys(arn)
	some found in access.grants(principal, actions)
	not access.requires(found.grant, "aws:MultiFactorAuthAge")
	not is_present(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "no second factor is required",
		"says": "aws:MultiFactorAuthPresent to be `true` in every request",
		"fix": [{
			"Effect": "Deny",
			"Action": sort(found.actions),
			"Resource": "*",
			"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
		}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

exclude contains exclusion if {
	some arn, _ in access.judged
	not people.by_keys(arn)
	exclusion := {"resource": arn, "reason": "people do not sign in to it with keys of their own"}
}

actions := {
	"ecs:DeleteCapacityProvider",
	"ecs:DeleteCluster",
	"ecs:DeleteDaemon",
	"ecs:DeleteDaemonTaskDefinition",
	"ecs:DeleteExpressGatewayService",
	"ecs:DeleteService",
	"ecs:DeleteTaskDefinitions",
	"ecs:DeleteTaskSet",
	"ecs:DeregisterContainerInstance",
	"ecs:DeregisterTaskDefinition",
}

is_present(grant) if {
	some bound in access.bounds(grant, "aws:MultiFactorAuthPresent")
	bound.binding == "required"
	means_true(bound)
}

means_true(bound) if bound.one_of == ["true"]

means_true(bound) if "false" in bound.none_of
