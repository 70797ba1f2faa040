package tidewaiter.controls.account.service_role_unmanaged_test

import rego.v1

import data.tidewaiter.controls.account.service_role_unmanaged as control

linked := "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"

# An account with these roles, whose one service acts with this one.
account(roles, role) := {
	"accounts": {"111122223333": {}},
	"coverage": {"iam.roles": {"status": "complete"}},
	"iam": {"roles": {arn: {} | some arn in roles}},
	"ecs": {
		"clusters": {"arn:aws:ecs:eu-west-1:111122223333:cluster/prod": {}},
		"services": {"arn:aws:ecs:eu-west-1:111122223333:service/prod/web": {"roleArn": role}},
	},
}

test_denies_a_missing_role if {
	found := control.deny with input as account([], null)
	{violation.message | some violation in found} == {concat("", [
		"the service-linked role AWSServiceRoleForECS is missing, ",
		"expected it where there are clusters",
	])}
}

test_denies_a_service_with_a_role_of_ones_own if {
	found := control.deny with input as account([linked], "arn:aws:iam::111122223333:role/ecsServiceRole")
	{violation.message | some violation in found} == {concat("", [
		"service \"web\" acts with role \"ecsServiceRole\", ",
		"expected the service-linked role AWSServiceRoleForECS",
	])}
}

test_says_nothing_of_roles_that_were_not_read if {
	unread := {"coverage": {"iam.roles": {"status": "denied"}}}
	count(control.deny) == 0 with input as object.union(account([], null), unread)
}

test_allows_the_service_linked_role if {
	count(control.deny) == 0 with input as account([linked], linked)
	count(control.deny) == 0 with input as account([linked], null)
	count(control.exclude) == 0 with input as account([linked], linked)
}

test_allows_a_service_that_is_deleted if {
	document := account([linked], "arn:aws:iam::111122223333:role/ecsServiceRole")
	service := "arn:aws:ecs:eu-west-1:111122223333:service/prod/web"
	count(control.deny) == 0 with input as object.union(document, {"ecs": {"services": {service: {"status": "INACTIVE"}}}})
}

test_leaves_out_an_account_without_clusters if {
	empty := {"accounts": {"111122223333": {}}, "iam": {"roles": {}}, "ecs": {"clusters": {}, "services": {}}}
	count(control.deny) == 0 with input as empty
	found := control.exclude with input as empty
	{exclusion.reason | some exclusion in found} == {"there are no clusters"}
}
