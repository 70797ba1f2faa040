package tidewaiter.controls.principal.people_outside_pipelines_test

import rego.v1

import data.tidewaiter.controls.principal.people_outside_pipelines as control

arn := "arn:aws:iam::111122223333:user/ada"

# A principal with one grant of some actions.
holding(actions, grant) := {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": actions, "resources": ["*"]},
		grant,
	)],
	"actions": {action: {"grants": [0]} | some action in actions},
}}

test_denies_what_changes_something if {
	found := control.deny with input.iam.access as holding(["ecs:UpdateService"], {})
	{violation.message | some violation in found} == {"user \"ada\" may call ecs:UpdateService by statement \"Deploy\" of policy \"deploy\", where people act, expected only actions that read"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_allows_what_reads if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:DescribeServices"], {})
	count(control.exclude) == 0 with input.iam.access as holding(["ecs:DescribeServices"], {})
}

test_leaves_out_machines if {
	access := holding(["ecs:UpdateService"], {})
	count(control.deny) == 0 with input.iam.access as access
		with data.params.people.machines as [arn]
	found := control.exclude with input.iam.access as access
		with data.params.people.machines as [arn]
	{exclusion.reason | some exclusion in found} == {"people do not sign in to it"}
}

test_leaves_out_whom_the_parameters_leave_out if {
	found := control.exclude with input.iam.access as holding(["ecs:UpdateService"], {})
		with data.params.judged_principals.exempt as ["*"]
	{exclusion.resource | some exclusion in found} == {arn}
}
