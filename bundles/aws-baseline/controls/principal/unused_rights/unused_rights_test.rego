package tidewaiter.controls.principal.unused_rights_test

import rego.v1

import data.tidewaiter.controls.principal.unused_rights as control

arn := "arn:aws:iam::123456789012:role/deploy"

params := {"days": 90, "spared_actions": ["ecs:Describe*", "ecs:ListTasks"]}

yesterday := "2026-11-21T08:00:00Z"

long_ago := "2026-05-01T08:00:00Z"

access(actions) := {
	"kind": "role",
	"grants": [{"policy": "deploy", "through": "inline", "statement": 0}],
	"actions": {action: {"grants": [0]} | some action in actions},
}

# A role with these rights, of whose use of ECS IAM has said this.
estate(actions, said) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"iam": {
		"access": {arn: access(actions)},
		"roles": {arn: {"CreateDate": "2024-01-01T00:00:00Z"}},
		"last_accessed": {arn: {"ServicesLastAccessed": [
			{"ServiceNamespace": "s3", "LastAuthenticated": yesterday},
			object.union({"ServiceNamespace": "ecs"}, said),
		]}},
	},
}

# One that uses ECS, with each of these actions at a moment, or never.
using(actions) := {
	"LastAuthenticated": yesterday,
	"TrackedActionsLastAccessed": [tracked |
		some action, moment in actions
		tracked := object.union({"ActionName": action}, {name: moment | moment != null; name := "LastAccessedTime"})
	],
}

test_denies_rights_that_were_never_used if {
	violations := control.deny with input as estate(["ecs:RunTask", "ecs:ListTasks"], {})
		with data.params.unused_rights as params
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"deploy\" may do ecs:ListTasks, ecs:RunTask, and has not used ECS as far back as IAM remembers,",
			"expected rights that are used at least every 90 days",
		]),
		"evidence": {
			"path": "ServicesLastAccessed[?ServiceNamespace=='ecs'].LastAuthenticated",
			"value": null,
			"actions": ["ecs:ListTasks", "ecs:RunTask"],
			"granted_by": ["deploy"],
		},
	}}
}

test_denies_rights_that_were_used_long_ago if {
	violations := control.deny with input as estate(["ecs:RunTask"], {"LastAuthenticated": long_ago})
		with data.params.unused_rights as params
	some violation in violations
	contains(violation.message, "has not used ECS for 205 days")
	violation.evidence.value == long_ago
}

test_denies_an_action_that_was_never_or_long_ago_used if {
	rights := ["ecs:RunTask", "ecs:StopTask", "ecs:UpdateService"]
	said := using({"RunTask": null, "StopTask": long_ago, "UpdateService": yesterday})
	violations := control.deny with input as estate(rights, said)
		with data.params.unused_rights as params
	{violation.message | some violation in violations} == {concat(" ", [
		"role \"deploy\" uses ECS, but has not used ecs:RunTask, ecs:StopTask for 90 days,",
		"expected rights that are used at least every 90 days",
	])}
	{violation.evidence.value | some violation in violations} == {{"ecs:RunTask": null, "ecs:StopTask": long_ago}}
}

test_denies_with_a_message_that_names_five_actions if {
	rights := [action | some n in numbers.range(1, 7); action := sprintf("ecs:Do%d", [n])]
	violations := control.deny with input as estate(rights, {})
		with data.params.unused_rights as params
	some violation in violations
	contains(violation.message, "may do ecs:Do1, ecs:Do2, ecs:Do3, ecs:Do4, ecs:Do5 and 2 more, and")
	count(violation.evidence.actions) == 7
}

test_allows_rights_that_are_used if {
	some said in [
		{"LastAuthenticated": yesterday},
		using({"RunTask": yesterday}),
	]
	violations := control.deny with input as estate(["ecs:RunTask", "ecs:StopTask"], said)
		with data.params.unused_rights as params
	excluded := control.exclude with input as estate(["ecs:RunTask", "ecs:StopTask"], said)
		with data.params.unused_rights as params
	count(violations) + count(excluded) == 0
}

test_allows_actions_that_are_spared_or_not_granted if {
	said := using({"DescribeTasks": null, "ListTasks": null, "StopTask": null})
	violations := control.deny with input as estate(["ecs:DescribeTasks", "ecs:ListTasks"], said)
		with data.params.unused_rights as params
	count(violations) == 0
}

test_says_nothing_of_a_principal_that_iam_was_not_asked_about if {
	violations := control.deny with input as estate(["ecs:RunTask"], {})
		with input.iam.last_accessed as {}
		with data.params.unused_rights as params
	count(violations) == 0
}

test_excludes_who_may_do_nothing_to_ecs if {
	void := {"kind": "user", "actions": {"ecs:RunTask": {"void": []}, "ecr:GetAuthorizationToken": {"grants": [0]}}}
	violations := control.deny with input as estate([], {})
		with input.iam.access as {arn: void}
		with data.params.unused_rights as params
	excluded := control.exclude with input as estate([], {})
		with input.iam.access as {arn: void}
		with data.params.unused_rights as params
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the user may do nothing to ECS"}}
}

test_excludes_a_principal_that_is_younger if {
	every principals in ["roles", "users"] {
		made := {"access": {arn: access(["ecs:RunTask"])}, principals: {arn: {"CreateDate": yesterday}}}
		violations := control.deny with input as {"taken_at": "2026-11-22T08:00:00Z", "iam": made}
			with data.params.unused_rights as params
		excluded := control.exclude with input as {"taken_at": "2026-11-22T08:00:00Z", "iam": made}
			with data.params.unused_rights as params
		count(violations) == 0
		excluded == {{"resource": arn, "reason": "the role is younger than 90 days"}}
	}
}
