package tidewaiter.controls.role.infrastructure_role_too_wide_test

import rego.v1

import data.tidewaiter.controls.role.infrastructure_role_too_wide as control

arn := "arn:aws:iam::123456789012:role/volumes"

managed := "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"

volume := {"name": "data", "managedEBSVolume": {"roleArn": arn}}

estate(role) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"iam": {"roles": {arn: role}, "policies": {managed: {}}},
	"ecs": {"services": {"service/prod/db": {"deployments": [{"volumeConfigurations": [volume]}]}}},
}

role(statements) := {
	"RolePolicyList": [{"PolicyName": "more", "PolicyDocument": {"Statement": statements}}],
	"AttachedManagedPolicies": [{"PolicyArn": managed}],
}

judged(statements) := violations if violations := control.deny with input as estate(role(statements))

deletes(changes) := object.union(
	{"Effect": "Allow", "Action": "ec2:DeleteVolume", "Resource": "arn:aws:ec2:*:*:volume/*"},
	changes,
)

of_ecs := {
	"StringEquals": {"aws:ResourceTag/AmazonECSManaged": "true"},
	"ArnLike": {"aws:ResourceTag/AmazonECSCreated": "arn:aws:ecs:*:*:task/*"},
}

test_denies_what_the_policy_of_aws_has_under_conditions if {
	judged(deletes({"Sid": "Delete"})) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"volumes\", the infrastructure role for volumes of service \"db\", allows ec2:DeleteVolume on",
			"arn:aws:ec2:*:*:volume/* (statement \"Delete\" of policy \"more\"),",
			"expected at most what AWS's policies for these allow",
		]),
		"evidence": {
			"path": "RolePolicyList[?PolicyName=='more'].PolicyDocument.Statement[0]",
			"value": ["ec2:DeleteVolume"],
			"statements": ["RolePolicyList[?PolicyName=='more'].PolicyDocument.Statement[0]"],
			"used_by": ["volumes of service \"db\""],
		},
	}}
}

test_denies_actions_on_anything_else if {
	count(judged([deletes({"Action": "kms:CreateGrant"})])) == 1
	count(judged([deletes({"Action": "ec2:*"})])) == 1
}

test_denies_a_policy_that_is_nowhere if {
	attached := {"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/lost"}]}
	violations := control.deny with input as estate(attached)
		with input.coverage as {"iam.policies": {"status": "complete"}}
	count(violations) == 1
}

test_allows_the_policy_of_aws_and_what_it_allows if {
	count(judged([])) == 0
	count(judged([deletes({"Condition": of_ecs}), deletes({"Action": "ec2:DescribeVolumes", "Resource": "*"})])) == 0
}

test_allows_statements_of_the_parameters if {
	key := "arn:aws:kms:eu-central-1:123456789012:key/0a1b"
	violations := control.deny with input as estate(role([deletes({"Action": "kms:Decrypt", "Resource": key})]))
		with data.params.infrastructure_role_too_wide.policies.own as [{"Action": "kms:*", "Resource": key}]
	count(violations) == 0
}

test_excludes_a_role_that_ecs_manages_nothing_with if {
	excluded := control.exclude with input.iam.roles as {arn: {}}
	excluded == {{"resource": arn, "reason": "Amazon ECS manages no infrastructure with it"}}
}
