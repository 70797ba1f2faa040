# METADATA
# title: Tags that give access may not be set freely
# description: |
#   Where access goes by tags, whoever may set any tag on anything may give itself access. The control looks at each
#   user and role that may call `ecs:TagResource` or `ecs:UntagResource`, and fails when a statement lets it do so on
#   everything, at any time and with any key: when neither its resources have a name, nor `ecs:CreateAction`, which
#   holds tagging to the call that creates the resource, nor a tag of the resource, nor the keys of the request are
#   required.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA24
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Hold tagging to creation: `{"Effect": "Allow", "Action": "ecs:TagResource", "Resource": "*", "Condition":
#       {"StringEquals": {"ecs:CreateAction": ["CreateService", "RegisterTaskDefinition", "RunTask"]}}}`.
package tidewaiter.controls.principal.free_tagging

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	not is_limited(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": "any tag may be set on anything",
		"says": "ecs:CreateAction, named resources, or known keys",
		"fix": [{"Effect": "Deny", "Action": sort(found.actions), "Resource": "*", "Condition": {"Null": {"ecs:CreateAction": "true"}}}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {"ecs:TagResource", "ecs:UntagResource"}


is_limited(grant) if access.of_named_resources(grant)

is_limited(grant) if {
	some key in ["ecs:CreateAction", "ecs:cluster", "aws:ResourceTag/", "ecs:ResourceTag/", "aws:RequestTag/", "aws:TagKeys"]
	access.requires(grant, key)
}

# Keys of tags that are limited where the request has some: without any, nothing is set.
is_limited(grant) if {
	some bound in access.bounds(grant, "aws:TagKeys")
	bound.binding == "when_present"
}
