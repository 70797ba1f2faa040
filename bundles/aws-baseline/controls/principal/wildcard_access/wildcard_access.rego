# METADATA
# title: Nobody may do everything to ECS
# description: |
#   Whoever may call every action of ECS on every resource can run any image with any role. The control looks at each
#   user and role, and fails when one of its statements, after boundaries, service control policies and denials, still
#   allows `ecs:*`, `*` or everything but a list, on every resource. Conditions on how a request is made, such as a
#   second factor or an address, do not change what it may do; a requirement on `ecs:cluster` or on a tag does.
# related_resources:
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
# custom:
#   id: IA01
#   severity: high
#   resources: iam.access
#   covers:
#     cloudsplaining: [ServiceWildcard]
#     security-hub: [IAM.1, IAM.21]
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Replace the statement by the actions that are used, on named clusters; `tidewaiter access --principal NAME`
#       lists what it grants. Administrators that are meant to exist are named in
#       `data.params.judged_principals.exempt`.
package tidewaiter.controls.principal.wildcard_access

import rego.v1

import data.lib.access
import data.lib.policy_documents

deny contains violation if {
	some arn, principal in access.judged
	some found in access.grants(principal, probes)
	is_unlimited(found.grant)
	some pattern in found.grant.actions
	covers_everything(pattern, found.actions)
	violation := access.finding(arn, found.grant, {pattern}, {
		"how": "every resource is meant",
		"says": "the actions that it needs on named resources",
		"fix": [{
			"Effect": "Allow",
			"Action": ["ecs:UpdateService", "ecs:DescribeServices"],
			"Resource": "arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/*",
		}],
	})
}

exclude contains exclusion if some exclusion in access.unjudged

exclude contains exclusion if {
	some arn, principal in access.judged
	count([action | some action, _ in principal.actions; startswith(action, "ecs:")]) == 0
	exclusion := {"resource": arn, "reason": "its policies do not allow it anything of ECS"}
}

# What a statement that means everything allows among other things.
probes := {"ecs:CreateCluster", "ecs:DeleteCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:UpdateService"}

covers_everything(pattern, actions) if {
	pattern == "NotAction"
	actions == probes
}

# However it is written: `*`, `ecs:*`, `e*`.
covers_everything(pattern, _) if {
	contains(pattern, "*")
	every probe in probes {
		policy_documents.matches(lower(pattern), lower(probe))
	}
}

# `*`, or `arn:aws:ecs:*`.
means_everything(pattern) if {
	endswith(pattern, "*")
	count(split(pattern, ":")) < 6
}

# `arn:aws:ecs:*:*:*`, in whatever Region.
means_everything(pattern) if trim(split(pattern, ":")[5], "*/") == ""

is_unlimited(grant) if {
	some pattern in grant.resources
	means_everything(pattern)
	not access.requires(grant, "ecs:cluster")
	not access.requires(grant, "aws:ResourceTag/")
	not access.requires(grant, "ecs:ResourceTag/")
}
