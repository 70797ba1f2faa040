package tidewaiter.controls.principal.direct_session_test

import rego.v1

import data.tidewaiter.controls.principal.direct_session as control

arn := "arn:aws:iam::111122223333:role/deploy"

# A principal with one grant of some actions.
holding(actions, grant) := {arn: {
	"kind": "role",
	"grants": [object.union(
		{"policy": "deploy", "through": "inline", "statement": 0, "sid": "Deploy", "actions": actions, "resources": ["*"]},
		grant,
	)],
	"actions": {action: {"grants": [0]} | some action in actions},
}}

test_denies_everything if {
	found := control.deny with input.iam.access as holding(["ssm:StartSession"], {})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	{violation.message | some violation in found} == {"role \"deploy\" may call ssm:StartSession by statement \"Deploy\" of policy \"deploy\", where tasks are not taken out, expected a denial on tasks of ECS"}
	every violation in found {
		violation.resource == arn
		violation.evidence.policy == "deploy"
	}
}

test_denies_a_pattern_of_any_service if {
	found := control.deny with input.iam.access as holding(["ssm:StartSession"], {"resources": ["arn:aws:*:*:*:*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	count(found) > 0
}

test_denies_tasks_by_arn if {
	found := control.deny with input.iam.access as holding(["ssm:StartSession"], {"resources": ["arn:aws:ecs:eu-west-1:111122223333:task/prod/*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	count(found) > 0
}

test_allows_instances_alone if {
	count(control.deny) == 0 with input.iam.access as holding(["ssm:StartSession"], {"resources": ["arn:aws:ec2:*:*:instance/*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	count(control.exclude) == 0 with input.iam.access as holding(["ssm:StartSession"], {"resources": ["arn:aws:ec2:*:*:instance/*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
}

test_allows_what_a_denial_takes_out if {
	count(control.deny) == 0 with input.iam.access as holding(["ssm:StartSession"], {"except": ["arn:aws:ecs:*:*:task/*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	count(control.exclude) == 0 with input.iam.access as holding(["ssm:StartSession"], {"except": ["arn:aws:ecs:*:*:task/*"]})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
}

test_leaves_out_who_may_not_call_it if {
	count(control.deny) == 0 with input.iam.access as holding(["ecs:ListClusters"], {})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	found := control.exclude with input.iam.access as holding(["ecs:ListClusters"], {})
		with input.account as {"id": "111122223333", "partition": "aws"}
		with input.region as "eu-west-1"
	{exclusion.reason | some exclusion in found} == {"its policies do not allow it ssm:StartSession"}
}
