# METADATA
# title: People change ECS through pipelines
# description: |
#   What people change by hand nobody reviews, and the next deployment takes it back. The control looks at users and
#   at roles that people sign in to, and fails when a statement lets them call an action of ECS that changes
#   something. People are users, roles whose trust policy names users or a SAML provider, those of AWS IAM Identity
#   Center, and those of `data.params.people.roles`; users of machines are named in `data.params.people.machines`.
#   Roles that a break-glass procedure guards are named in `data.params.judged_principals.exempt`.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
# custom:
#   id: IA20
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals, people]
#   remediation:
#     text: |
#       Leave people `ecs:Describe*` and `ecs:List*`, and let a role that only the pipeline can assume deploy.
package tidewaiter.controls.principal.people_outside_pipelines

import rego.v1

import data.lib.access
import data.lib.people

deny contains violation if {
	some arn, principal in access.judged
	people.is_person(arn)
	some found in access.grants(principal, changes(principal))
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "people act",
		"says": "only actions that read",
		"fix": [{"Effect": "Allow", "Action": ["ecs:Describe*", "ecs:List*"], "Resource": "*"}],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, _ in access.judged
	not people.is_person(arn)
	exclusion := {"resource": arn, "reason": "people do not sign in to it"}
}

changes(principal) := {action |
	some action, _ in principal.actions
	startswith(action, "ecs:")
	not access.reads(action)
}
