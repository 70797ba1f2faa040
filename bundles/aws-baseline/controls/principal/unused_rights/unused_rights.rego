# METADATA
# title: Rights on ECS are used or taken away
# description: |
#   A right that nobody uses helps only whoever gets hold of the principal. The control looks at each user and role that
#   may do something to ECS, and fails when it has not tried to use ECS at all for the days that the parameter
#   `unused_rights.days` says, 90 by default, or has used ECS, but not an action of which IAM keeps track; what IAM says
#   nothing of is not judged. Actions that the parameter `unused_rights.spared_actions` names, those that only read by
#   default, need not be used each for itself. IAM remembers at least 400 days, counts denied attempts as uses, and learns
#   of one within four hours. It does not say when a right was granted: one that is younger than these days and was not
#   used yet fails too, unless its user or role is as young. Users and roles that may do nothing to ECS, and those that
#   are younger than these days, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-action-last-accessed.html
#   - https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
# custom:
#   id: IA21
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [unused_rights]
#   remediation:
#     text: |
#       Take the actions out of the statements that grant them, which the evidence names by their policies, or delete the
#       user or role when nobody needs it. Where a pattern such as `ecs:*` grants them, write the actions instead that are
#       used: `aws iam get-service-last-accessed-details` lists them, with the job that
#       `aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn` starts. For a right that is kept
#       for emergencies, write an exception.
package tidewaiter.controls.principal.unused_rights

import rego.v1

import data.lib.arns
import data.lib.moments

params := data.params.unused_rights

# How many actions a message names.
named := 5

deny contains violation if {
	some arn in judged
	last := object.get(of_ecs[arn], "LastAuthenticated", null)
	not recent(last)
	access := input.iam.access[arn]
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s %q may do %s, and has not used ECS %s, expected rights that are used at least every %v days",
			[kind(access), arns.name(arn), listed(rights[arn]), since(last), params.days],
		),
		"evidence": {
			"path": "ServicesLastAccessed[?ServiceNamespace=='ecs'].LastAuthenticated",
			"value": last,
			"actions": sort(rights[arn]),
			"granted_by": granting(access, rights[arn]),
		},
	}
}

deny contains violation if {
	some arn in judged
	recent(object.get(of_ecs[arn], "LastAuthenticated", null))
	unused := unused_actions(arn)
	count(unused) > 0
	access := input.iam.access[arn]
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s %q uses ECS, but has not used %s for %v days, expected rights that are used at least every %v days",
			[kind(access), arns.name(arn), listed(object.keys(unused)), params.days, params.days],
		),
		"evidence": {
			"path": "ServicesLastAccessed[?ServiceNamespace=='ecs'].TrackedActionsLastAccessed",
			"value": unused,
			"granted_by": granting(access, object.keys(unused)),
		},
	}
}

exclude contains exclusion if {
	some arn, access in input.iam.access
	not rights[arn]
	exclusion := {"resource": arn, "reason": sprintf("the %s may do nothing to ECS", [kind(access)])}
}

exclude contains exclusion if {
	some arn in young
	exclusion := {
		"resource": arn,
		"reason": sprintf("the %s is younger than %v days", [kind(input.iam.access[arn]), params.days]),
	}
}

judged := {arn | some arn, _ in rights} - young

# The actions of ECS that each principal may do.
rights[arn] contains action if {
	some arn, access in input.iam.access
	some action, granted in access.actions
	startswith(action, "ecs:")
	count(granted.grants) > 0
}

young contains arn if {
	some arn, _ in rights
	moments.days_since(created(arn)) < params.days
}

created(arn) := input.iam.roles[arn].CreateDate

created(arn) := input.iam.users[arn].CreateDate

# What IAM says of each principal's use of ECS.
of_ecs[arn] := service if {
	some arn, details in input.iam.last_accessed
	some service in details.ServicesLastAccessed
	service.ServiceNamespace == "ecs"
}

# The actions that IAM keeps track of and that were not used lately, each with its last use.
unused_actions(arn) := {action: last |
	some tracked in of_ecs[arn].TrackedActionsLastAccessed
	action := sprintf("ecs:%s", [tracked.ActionName])
	action in rights[arn]
	not spared(action)
	last := object.get(tracked, "LastAccessedTime", null)
	not recent(last)
}

spared(action) if {
	some pattern in params.spared_actions
	pattern == action
}

spared(action) if {
	some pattern in params.spared_actions
	endswith(pattern, "*")
	startswith(action, trim_suffix(pattern, "*"))
}

# What never happened is null, and no moment.
recent(moment) if moments.days_since(moment) <= params.days

since(last) := sprintf("for %d days", [floor(days)]) if days := moments.days_since(last)

since(last) := "as far back as IAM remembers" if not moments.days_since(last)

# The policies by which a principal may do these.
granting(access, actions) := sort({policy |
	some action in actions
	some place in access.actions[action].grants
	policy := access.grants[place].policy
})

listed(actions) := concat(", ", sort(actions)) if count(actions) <= named

listed(actions) := sprintf(
	"%s and %d more",
	[concat(", ", array.slice(sort(actions), 0, named)), count(actions) - named],
) if {
	count(actions) > named
}

kind(access) := object.get(access, "kind", "principal")
