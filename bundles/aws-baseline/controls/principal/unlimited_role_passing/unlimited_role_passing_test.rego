package tidewaiter.controls.principal.unlimited_role_passing_test

import rego.v1

import data.tidewaiter.controls.principal.unlimited_role_passing as control

arn := "arn:aws:iam::111122223333:role/deploy"

# A role that may call an action and pass roles by this grant.
holding(action, grant) := {"account": {"id": "111122223333", "partition": "aws"}, "iam": {"access": {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Pass", "actions": ["iam:PassRole"], "resources": ["*"]},
		grant,
	)],
	"actions": {"iam:PassRole": {"grants": [0]}, action: {"grants": [0]}},
}}}}

to(services) := {"keys": {"iam:PassedToService": {"binding": "required", "one_of": services}}}

named := {"resources": ["arn:aws:iam::111122223333:role/web-*"]}

said(grant) := {violation.message |
	some violation in control.deny with input as holding("ecs:RunTask", grant)
}

sentence(how, expected) := sprintf(
	"role \"deploy\" may call iam:PassRole by statement \"Pass\" of policy \"deploy\", where %s, expected %s",
	[how, expected],
)

any_service := sentence("iam:PassedToService may be any service", "ecs-tasks.amazonaws.com alone")

test_denies_any_role_to_any_service if said({}) == {any_service, sentence("* means any role", "named roles")}

test_denies_named_roles_to_any_service if {
	said(named) == {any_service}
	said(object.union(named, to(["*.amazonaws.com"]))) == {any_service}
	said(object.union(named, {"keys": {"iam:PassedToService": {"binding": "required"}}})) == {any_service}
}

test_denies_any_role_to_tasks if {
	every pattern in ["*", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::*:role/*/*"] {
		grant := object.union({"resources": [pattern]}, to(["ecs-tasks.amazonaws.com"]))
		said(grant) == {sentence(sprintf("%s means any role", [pattern]), "named roles")}
	}
}

test_allows_named_roles_to_tasks if {
	every service in ["ecs-tasks.amazonaws.com", "ecs-tasks.*"] {
		count(control.deny) == 0 with input as holding("ecs:RunTask", object.union(named, to([service])))
		count(control.exclude) == 0 with input as holding("ecs:RunTask", object.union(named, to([service])))
	}
}

test_leaves_out_what_goes_to_other_services if {
	every grant in [
		to(["lambda.amazonaws.com"]),
		{"keys": {"iam:PassedToService": {"binding": "when_present", "none_of": ["ecs-tasks.amazonaws.com"]}}},
	] {
		count(control.deny) == 0 with input as holding("ecs:RunTask", grant)
		count(control.exclude) == 1 with input as holding("ecs:RunTask", grant)
	}
}

test_leaves_out_who_starts_no_tasks if {
	count(control.deny) == 0 with input as holding("ecs:StopTask", {})
	found := control.exclude with input as holding("ecs:StopTask", {})
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it to pass roles to tasks and to start these"}
}
