# METADATA
# title: What is limited by tags is limited everywhere
# description: |
#   Where access goes by tags, one statement that asks for none is the way round. The control judges nothing until
#   `data.params.access_by_tags` names the tag. It then looks at each user and role that may call an action of ECS
#   which changes something that exists and supports the tags of resources, and fails when a statement lets it do so
#   without `aws:ResourceTag` or `ecs:ResourceTag` with that key being required.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tag-resources-for-billing.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction_attribute-based-access-control.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA14
#   severity: low
#   resources: iam.access
#   covers: {}
#   parameters: [access_by_tags, judged_principals]
#   remediation:
#     text: |
#       Require the tag: `"Condition": {"StringEquals": {"aws:ResourceTag/KEY": "${aws:PrincipalTag/KEY}"}}`.
package tidewaiter.controls.principal.access_without_resource_tag

import rego.v1

import data.lib.access

deny contains violation if {
	tag_key != ""
	some arn, principal in access.judged
	some found in access.grants(principal, tagged(principal))
	not is_limited(found.grant)
	violation := access.finding(arn, found.grant, found.actions, {
		"how": sprintf("no tag %q of the resource is required", [tag_key]),
		"says": "it in every request",
		"fix": [{
			"Effect": "Deny",
			"Action": sort(found.actions),
			"Resource": "*",
			"Condition": {"StringNotEquals": {sprintf("aws:ResourceTag/%s", [tag_key]): sprintf(
				"${aws:PrincipalTag/%s}",
				[tag_key],
			)}},
		}],
	})
}

exclude contains exclusion if {
	tag_key == ""
	some arn, _ in input.iam.access
	exclusion := {"resource": arn, "reason": "no parameter says that access goes by tags"}
}

exclude contains exclusion if {
	tag_key != ""
	some exclusion in access.unjudged
}

exclude contains exclusion if {
	tag_key != ""
	some arn, principal in access.judged
	count(access.held(principal, tagged(principal))) == 0
	exclusion := {"resource": arn, "reason": "its policies allow it no action of ECS that goes by the tags of resources"}
}

tag_key := data.params.access_by_tags.tag_key

# Actions on what exists: those that create something have no tag to go by, and those that read change nothing.
tagged(principal) := {action |
	some action, granted in principal.actions
	startswith(action, "ecs:")
	not access.reads(action)
	not startswith(action, "ecs:Create")
	not startswith(action, "ecs:Register")
	goes_by_tags(principal, granted)
}

goes_by_tags(_, granted) if {
	some key in object.get(granted, "not_constrained", [])
	lower(key) == "aws:resourcetag/${tagkey}"
}

goes_by_tags(principal, granted) if {
	some place in object.get(granted, "grants", [])
	some key, bound in object.get(principal.grants[place], "keys", {})
	some family in ["aws:resourcetag/", "ecs:resourcetag/"]
	startswith(lower(key), family)
	bound.binding != "unsupported"
}

is_limited(grant) if {
	some family in ["aws:ResourceTag/", "ecs:ResourceTag/"]
	some bound in access.bounds(grant, concat("", [family, tag_key]))
	bound.binding == "required"
}
