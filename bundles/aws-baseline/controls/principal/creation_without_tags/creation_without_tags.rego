# METADATA
# title: Clusters and services may only be created with tags
# description: |
#   What is created without its tags is nobody's until somebody finds it. The control looks at each user and role that
#   may call `ecs:CreateCluster` or `ecs:CreateService`, and fails when a statement lets it do so without
#   `aws:RequestTag` being required for every key of `data.params.required_tags`; where these name none, one tag of
#   whatever key, or a requirement on `aws:TagKeys`, is enough.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA15
#   severity: low
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals, required_tags]
#   remediation:
#     text: |
#       Add a denial for each key: `{"Effect": "Deny", "Action": ["ecs:CreateCluster", "ecs:CreateService"],
#       "Resource": "*", "Condition": {"Null": {"aws:RequestTag/KEY": "true"}}}`. `tidewaiter guardrails
#       iam|scp|permissions-boundary` prints such statements for all parameters at once.
package tidewaiter.controls.principal.creation_without_tags

import rego.v1

import data.lib.access

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, actions)
	some missing in lacking(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": sprintf("a request need not carry %s", [missing]),
		"says": "it in every request",
		"fix": [{
			"Effect": "Deny",
			"Action": sort(found.actions),
			"Resource": "*",
			"Condition": {"Null": {missing: "true"}},
		}],
	})
}

exclude contains exclusion if some exclusion in access.exclusions(actions)

actions := {"ecs:CreateCluster", "ecs:CreateService"}

lacking(grant) := {key |
	some tag_key in data.params.required_tags.keys
	key := sprintf("aws:RequestTag/%s", [tag_key])
	not is_required(grant, key)
} if {
	count(data.params.required_tags.keys) > 0
}

lacking(grant) := {family |
	family := "aws:RequestTag/KEY"
	not has_some(grant)
} if {
	count(data.params.required_tags.keys) == 0
}

has_some(grant) if {
	some key, bound in object.get(grant, "keys", {})
	some family in ["aws:requesttag/", "aws:tagkeys"]
	startswith(lower(key), family)
	bound.binding == "required"
}

is_required(grant, key) if {
	some bound in access.bounds(grant, key)
	bound.binding == "required"
}
