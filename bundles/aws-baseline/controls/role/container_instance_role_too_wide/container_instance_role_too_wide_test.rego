package tidewaiter.controls.role.container_instance_role_too_wide_test

import rego.v1

import data.tidewaiter.controls.role.container_instance_role_too_wide as control

arn := "arn:aws:iam::123456789012:role/node"

managed := "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"

profile := "arn:aws:iam::123456789012:instance-profile/node"

estate(role) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"iam": {"roles": {arn: object.union(role, {"InstanceProfileList": [{"Arn": profile}]})}, "policies": {managed: {}}},
	"ec2": {"instances": {"i-1": {"IamInstanceProfile": {"Arn": profile}}}},
	"ecs": {"container_instances": {"c": {"ec2InstanceId": "i-1", "containerInstanceArn": "x/batch/0f"}}},
}

role(statements) := {
	"RolePolicyList": [{"PolicyName": "more", "PolicyDocument": {"Statement": statements}}],
	"AttachedManagedPolicies": [{"PolicyArn": managed}],
}

judged(statements) := violations if violations := control.deny with input as estate(role(statements))

allow(action) := {"Effect": "Allow", "Action": action, "Resource": "*"}

test_denies_what_no_agent_needs if {
	judged([allow(["ecs:Poll", "s3:GetObject", "dynamodb:*"])]) == {{
		"resource": arn,
		"message": concat(" ", [
			"role \"node\" of the container instances of cluster \"batch\" allows dynamodb:* and s3:GetObject on *",
			"(Statement[0] of policy \"more\"), expected at most what",
			"AmazonEC2ContainerServiceforEC2Role and the other policies of the parameters allow",
		]),
		"evidence": {
			"path": "RolePolicyList[?PolicyName=='more'].PolicyDocument.Statement[0]",
			"value": ["dynamodb:*", "s3:GetObject"],
			"statements": ["RolePolicyList[?PolicyName=='more'].PolicyDocument.Statement[0]"],
			"used_by": ["the container instances of cluster \"batch\""],
		},
	}}
}

test_denies_a_policy_that_is_nowhere if {
	attached := {"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::123456789012:policy/lost"}]}
	violations := control.deny with input as estate(attached)
		with input.coverage as {"iam.policies": {"status": "complete"}}
	count(violations) == 1
}

test_allows_the_policy_of_aws_and_what_it_allows if {
	count(judged([])) == 0
	count(judged([allow(["ecs:Submit*", "ecr:BatchGetImage", "logs:PutLogEvents", "ssm:UpdateInstanceInformation"])])) == 0
}

test_allows_statements_of_the_parameters if {
	violations := control.deny with input as estate(role([allow("s3:GetObject")]))
		with data.params.container_instance_role_too_wide.policies.own as [{"Action": "s3:Get*", "Resource": "*"}]
	count(violations) == 0
}

test_excludes_a_role_that_no_instance_has if {
	excluded := control.exclude with input.iam.roles as {arn: {}}
	excluded == {{"resource": arn, "reason": "no container instance has it"}}
}
