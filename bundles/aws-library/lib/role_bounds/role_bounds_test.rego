package lib.role_bounds_test

import rego.v1

import data.lib.role_bounds

known := {
	"Enough": [
		{"Action": ["ec2:Describe*", "ec2:AttachVolume"], "Resource": ["*"]},
		{
			"Action": "ec2:DeleteVolume",
			"Resource": "arn:aws:ec2:*:*:volume/*",
			"Condition": {"StringEquals": {"aws:ResourceTag/Managed": ["true", "yes"]}},
		},
	],
	"Gone": [],
}

here := {"account": {"id": "123456789012", "partition": "aws"}, "region": "eu-central-1"}

statement(changes) := object.union({"Effect": "Allow", "Action": "ec2:AttachVolume", "Resource": "*"}, changes)

role(statements) := {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": statements}}]}

actions(body) := {grant.action | some grant in beyond} if {
	beyond := role_bounds.beyond(body, known) with input as here
}

tagged(value) := statement({
	"Action": "ec2:DeleteVolume",
	"Resource": "arn:aws:ec2:eu-central-1:*:volume/*",
	"Condition": {"StringEquals": {"AWS:ResourceTag/Managed": value}},
})

test_what_the_policies_have_is_within_them if {
	every changes in [
		{},
		{"Action": ["EC2:DescribeVolumes", "ec2:Describe*"]},
		{"Resource": "arn:aws:ec2:*:*:volume/*"},
		{"Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}},
		{"Effect": "Deny", "Action": "*"},
	] {
		actions(role([statement(changes)])) == set()
	}
	actions(role([tagged("true")])) == set()
	actions(role([tagged(["yes", "true"])])) == set()
}

test_wider_actions_resources_and_conditions_are_beyond_them if {
	actions(role([statement({"Action": ["ec2:*", "s3:GetObject"]})])) == {"ec2:*", "s3:GetObject"}
	actions(role([tagged("no")])) == {"ec2:DeleteVolume"}
	actions(role([object.union(tagged("true"), {"Resource": "*"})])) == {"ec2:DeleteVolume"}
	actions(role([object.remove(tagged("true"), ["Condition"])])) == {"ec2:DeleteVolume"}
	actions(role([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])) == {"everything but iam:*"}
	actions(role([{"Effect": "Allow", "Action": "ec2:DeleteVolume", "NotResource": "x"}])) == {"ec2:DeleteVolume"}
}

test_the_partition_makes_no_difference if {
	china := object.union(here, {"account": {"partition": "aws-cn"}})
	deletes := object.union(tagged("true"), {"Resource": "arn:aws-cn:ec2:*:*:volume/*"})
	beyond := role_bounds.beyond(role([deletes]), known) with input as china
	count(beyond) == 0
}

attached(arn, statements) := {grant.action | some grant in beyond} if {
	policies := {arn: {"PolicyVersionList": [{"IsDefaultVersion": true, "Document": {"Statement": statements}}]}}
	beyond := role_bounds.beyond({"AttachedManagedPolicies": [{"PolicyArn": arn}]}, known)
		with input as object.union(here, {"iam": {"policies": policies}})
}

test_only_policies_of_aws_are_known_by_their_names if {
	wide := [statement({"Action": "*"})]
	attached("arn:aws:iam::aws:policy/service-role/Enough", wide) == set()
	attached("arn:aws:iam::123456789012:policy/Enough", wide) == {"*"}
	attached("arn:aws:iam::aws:policy/AdministratorAccess", wide) == {"*"}
	attached("arn:aws:iam::aws:policy/Gone", wide) == {"*"}
}

test_what_is_taken_back_does_not_count if {
	wide := statement({"Action": "s3:Get*"})
	actions(role([wide, statement({"Effect": "Deny", "Action": "s3:*"})])) == set()
	actions(role([wide, statement({"Effect": "Deny", "Action": "s3:GetObject"})])) == {"s3:Get*"}
}

bounded(statements) := {grant.action | some grant in beyond} if {
	policies := {"b": {"PolicyVersionList": [{"IsDefaultVersion": true, "Document": {"Statement": statements}}]}}
	body := object.union(
		role([statement({"Action": "s3:Get*"})]),
		{"PermissionsBoundary": {"PermissionsBoundaryArn": "b"}},
	)
	beyond := role_bounds.beyond(body, known) with input as object.union(here, {"iam": {"policies": policies}})
}

test_a_boundary_takes_back_what_it_has_nothing_of if {
	bounded([statement({"Action": "ec2:*"})]) == set()
	bounded([statement({"Action": "*"}), statement({"Effect": "Deny", "Action": "s3:*"})]) == set()
	bounded([statement({"Action": "s3:*Object"})]) == {"s3:Get*"}
	bounded([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]) == {"s3:Get*"}
}
