package lib.access_test

import rego.v1

import data.lib.access

arn := "arn:aws:iam::111122223333:role/deploy"

statement := {"policy": "arn:aws:iam::111122223333:policy/deploy", "statement": 2, "actions": ["ecs:*"], "resources": ["*"]}

principal := {
	"grants": [statement, object.union(statement, {"statement": 3, "sid": "Tasks"})],
	"actions": {
		"ecs:RunTask": {"grants": [0, 1]},
		"ecs:StopTask": {"grants": [1]},
		"ecs:StartTask": {"void": [{}]},
	},
}

bound(key, body) := object.union(statement, {"keys": {key: body}})

test_an_action_without_grants_is_not_held if {
	access.held(principal, {"ecs:RunTask", "ecs:StartTask", "ecs:CreateCluster"}) == {"ecs:RunTask"}
}

test_each_grant_has_those_of_the_actions_that_it_is_of if {
	found := access.grants(principal, {"ecs:RunTask", "ecs:StopTask"})
	[one.actions | some one in found] == [{"ecs:RunTask"}, {"ecs:RunTask", "ecs:StopTask"}]
	access.grants(principal, {"ecs:StartTask"}) == []
}

test_policies_that_the_parameters_leave_out_give_no_grants if {
	found := access.grants(principal, {"ecs:RunTask"})
		with data.params.judged_principals.exempt_policies as ["arn:aws:iam::*:policy/dep*"]
	found == []
}

test_whom_the_parameters_leave_out_is_not_judged if {
	estate := {arn: principal}
	object.keys(access.judged) == {"arn:aws:iam::111122223333:role/deploy"} with input.iam.access as estate
	count(access.judged) == 0 with input.iam.access as estate
		with data.params.judged_principals.exempt as ["arn:aws:iam::*:role/dep*"]
}

test_a_key_is_required_by_a_list_and_not_by_its_presence if {
	access.requires(bound("aws:ResourceTag/team", {"binding": "required", "one_of": ["a"]}), "aws:resourcetag/")
	access.requires(bound("ecs:cluster", {"binding": "required", "none_of": ["a"]}), "ecs:cluster")
	every body in [
		{"binding": "when_present", "one_of": ["a"]},
		{"binding": "required"},
		{"binding": "required", "tests": [{"operator": "Null", "effect": "Allow", "values": ["false"]}]},
		{"binding": "required", "tests": [{"operator": "ForAnyValue:StringEquals", "effect": "Allow", "values": ["a"]}]},
		{"binding": "required", "tests": [{"operator": "NumericGreaterThan", "effect": "Allow", "values": ["1"]}]},
	] {
		not access.requires(bound("ecs:cluster", body), "ecs:cluster")
	}
}

test_a_pattern_that_every_value_matches_is_no_list if {
	every value in ["*", "?*", "subnet-*", "arn:aws:ecs:*", "arn:aws:ecs:*:*:cluster/*"] {
		not access.requires(bound("ecs:cluster", {"binding": "required", "one_of": ["a", value]}), "ecs:cluster")
	}
	every value in ["a*", "*prod", "arn:aws:ecs:*:*:cluster/web-*", "arn:aws:ecs:*:*:task/prod/*"] {
		access.requires(bound("ecs:task", {"binding": "required", "one_of": [value]}), "ecs:task")
	}
}

test_a_number_is_limited_by_what_it_stays_below if {
	every tested in [
		{"effect": "Allow", "operator": "NumericLessThan"},
		{"effect": "Allow", "operator": "NumericLessThanEqualsIfExists"},
		{"effect": "Deny", "operator": "NumericGreaterThanIfExists"},
	] {
		access.requires(bound("aws:MultiFactorAuthAge", {"binding": "required", "tests": [tested]}), "aws:MultiFactorAuthAge")
	}
}

test_resources_are_in_clusters_that_their_arns_name if {
	every resources in [
		["arn:aws:ecs:*:*:task/prod/*"],
		["arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "arn:aws:ecs:*:*:service/prod-*/web"],
	] {
		access.in_named_clusters({"resources": resources})
		access.of_named_resources({"resources": resources})
	}
	every resources in [
		["*"],
		["arn:aws:ecs:*"],
		["arn:aws:ecs:*:*:task/*"],
		["arn:aws:ecs:*:*:task"],
		["arn:aws:ecs:*:*:task/?rod/*"],
		["arn:aws:ecs:*:*:task/"],
		["arn:aws:ecs:*:*:task/prod/*", "arn:aws:ecs:*:*:service/*/web"],
	] {
		not access.in_named_clusters({"resources": resources})
	}
}

limit := {
	"key": "ecs:subnet",
	"creates": {"ecs:RunTask"},
	"changes": {"ecs:StopTask"},
	"may_be_absent": false,
	"allowed": {"a"},
	"refused": set(),
	"says": "a alone",
	"fix": [{"Null": {"ecs:subnet": "true"}}],
}

# What is said about a principal whose one grant of both actions has this limit.
said(keys, changes) := {violation.message |
	some violation in access.violations([object.union(limit, changes)]) with input.iam.access as {arn: {
		"grants": [object.union(statement, {"keys": keys})],
		"actions": {"ecs:RunTask": {"grants": [0]}, "ecs:StopTask": {"grants": [0]}},
	}}
}

sentence(actions, how) := sprintf(
	"role \"deploy\" may call %s by Statement[2] of policy \"deploy\", where %s, expected a alone",
	[actions, how],
)

both := "ecs:RunTask and ecs:StopTask"

test_what_does_not_bind_is_said_in_words if {
	said({}, {}) == {sentence(both, "nothing constrains ecs:subnet")}
	every bound, how in {
		{"binding": "not_constrained"}: "the conditions on ecs:subnet let every value pass",
		{"binding": "unknown"}: "it cannot be decided whether ecs:subnet is constrained",
		{"binding": "unsupported"}: "the condition on ecs:subnet binds nothing, because such requests do not carry it",
		{"binding": "required", "one_of": ["a", "b"]}: "ecs:subnet may be a, b",
		{"binding": "required", "none_of": ["b"]}: "ecs:subnet may have other values",
	} {
		said({"ecs:subnet": bound}, {}) == {sentence(both, how)}
	}
}

test_a_change_may_leave_out_what_a_creation_must_say if {
	keys := {"ecs:subnet": {"binding": "when_present", "one_of": ["a"]}}
	said(keys, {}) == {sentence(
		"ecs:RunTask",
		"ecs:subnet is constrained only in requests that carry it, or by another value",
	)}
	said(keys, {"may_be_absent": true}) == set()
}

required(body) := {"ecs:subnet": object.union({"binding": "required"}, body)}

test_values_are_held_against_what_is_allowed_or_refused if {
	said(required({"one_of": ["a"]}), {}) == set()
	said(required({"one_of": ["b"]}), {"allowed": set()}) == set()
	said(required({"one_of": ["b"]}), {"allowed": set(), "refused": {"a"}}) == set()
	said(required({"none_of": ["a"]}), {"allowed": set(), "refused": {"a"}}) == set()
	said(required({"none_of": ["a*"]}), {"allowed": set(), "refused": {"ab"}}) == set()
	said(required({"one_of": ["b*"]}), {"allowed": set(), "refused": {"ab"}}) == set()
	count(said(required({"one_of": ["a*"]}), {"allowed": set(), "refused": {"ab"}})) == 1
	count(said(required({"one_of": ["a"]}), {"allowed": set(), "refused": {"a"}})) == 1
	count(said(required({"none_of": ["b"]}), {"allowed": set(), "refused": {"a"}})) == 1
	count(said(required({"none_of": ["b"]}), {})) == 1
}

test_a_denial_in_other_letters_counts_where_its_operator_does_not_mind if {
	said(required(without_true("StringEqualsIgnoreCase")), {"allowed": set(), "refused": {"true"}}) == set()
	count(said(required(without_true("StringEquals")), {"allowed": set(), "refused": {"true"}})) == 1
}

# What a denial of `TRUE` by an operator leaves.
without_true(operator) := {"none_of": ["TRUE"], "tests": [{"effect": "Deny", "operator": operator, "values": ["TRUE"]}]}

test_evidence_says_where_the_statement_is_and_what_would_fix_it if {
	found := access.violations([limit]) with input.iam.access as {arn: {
		"grants": [statement],
		"actions": {"ecs:RunTask": {"grants": [0]}},
	}}
	{violation.evidence | some violation in found} == {{
		"path": "arn:aws:iam::111122223333:policy/deploy Statement[2]",
		"policy": "arn:aws:iam::111122223333:policy/deploy",
		"statement": 2,
		"actions": ["ecs:RunTask"],
		"key": "ecs:subnet",
		"fix": [{
			"Effect": "Deny",
			"Action": ["ecs:RunTask"],
			"Resource": "*",
			"Condition": {"Null": {"ecs:subnet": "true"}},
		}],
	}}
}

test_alternatives_are_listed if {
	access.alternatives({"d", "c", "b", "a"}) == "a, b, c or the like"
	access.alternatives({"b", "a"}) == "a or b"
}

test_a_user_is_called_one if access.who("arn:aws:iam::111122223333:user/ada") == "user \"ada\""

test_what_describes_and_lists_reads if {
	every action in ["ecs:DescribeTasks", "ecs:ListTasks", "ecs:GetTaskProtection", "ecs:DiscoverPollEndpoint"] {
		access.reads(action)
	}
	not access.reads("ecs:StopTask")
}
