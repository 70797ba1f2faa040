package tidewaiter.controls.vpc.unrestricted_endpoint_policy_test

import rego.v1

import data.tidewaiter.controls.vpc.unrestricted_endpoint_policy as control

full := {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}

own_account := {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}

endpoint(statement) := {
	"VpcEndpointType": "Interface",
	"VpcId": "vpc-1",
	"ServiceName": "com.amazonaws.eu-central-1.s3",
	"State": "available",
	"PolicyDocument": json.marshal({"Version": "2012-10-17", "Statement": statement}),
}

estate(body) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"ecs": {"services": {"service-1": {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}}},
	"ec2": {
		"vpcs": {"vpc-1": {"OwnerId": "123456789012"}},
		"subnets": {"subnet-1": {"VpcId": "vpc-1"}},
		"vpc_endpoints": {"vpce-1": body},
	},
}

test_denies_the_default_policy if {
	violations := control.deny with input as estate(endpoint([full]))
	violations == {{
		"resource": "vpc-1",
		"message": concat(" ", [
			"endpoint \"vpce-1\" of VPC \"vpc-1\" for com.amazonaws.eu-central-1.s3 allows everything to everybody,",
			"expected a policy that restricts it",
		]),
		"evidence": {
			"path": "VpcId",
			"value": "vpc-1",
			"endpoint": "vpce-1",
			"service": "com.amazonaws.eu-central-1.s3",
		},
	}}
}

test_denies_other_spellings_of_everything if {
	every change in [
		{"Principal": {"AWS": "*"}},
		{"Principal": {"AWS": ["*"]}},
		{"Action": ["s3:GetObject", "*"]},
		{"Action": "s3:*"},
		{"Resource": ["*"]},
		{"Condition": {}},
	] {
		violations := control.deny with input as estate(endpoint(object.union(full, change)))
		count(violations) == 1
	}
}

test_denies_a_gateway_endpoint if {
	violations := control.deny with input as estate(object.union(endpoint(full), {"VpcEndpointType": "Gateway"}))
	count(violations) == 1
}

test_allows_a_policy_that_restricts if {
	every change in [
		{"Condition": own_account},
		{"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
		{"Action": ["s3:GetObject"]},
		{"Resource": "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"},
	] {
		violations := control.deny with input as estate(endpoint([object.union(full, change)]))
		excluded := control.exclude with input as estate(endpoint([object.union(full, change)]))
		count(violations) == 0
		count(excluded) == 0
	}
}

test_allows_everything_but_what_is_denied if {
	denial := object.union(full, {"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}})
	violations := control.deny with input as estate(endpoint([full, denial]))
	count(violations) == 0
}

test_allows_what_takes_no_policy if {
	every change in [
		{"ServiceName": "com.amazonaws.eu-central-1.ecs-agent"},
		{"ServiceName": "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0"},
		{"VpcEndpointType": "GatewayLoadBalancer"},
		{"State": "Deleting"},
		{"VpcId": "vpc-2"},
	] {
		violations := control.deny with input as estate(object.union(endpoint(full), change))
		count(violations) == 0
	}
}

test_unknown_when_the_policy_cannot_be_read if {
	every text in ["", "not JSON", "[]", "{}"] {
		violations := control.deny with input as estate(object.union(endpoint(full), {"PolicyDocument": text}))
		count(violations) == 0
	}
}

test_excludes_a_vpc_without_tasks if {
	document := object.union(estate(endpoint(full)), {"ecs": {"services": {"service-1": {"networkConfiguration": null}}}})
	violations := control.deny with input as document
	excluded := control.exclude with input as document
	count(violations) == 0
	{exclusion.resource | some exclusion in excluded} == {"vpc-1"}
}
