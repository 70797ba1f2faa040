package lib.conditions_test

import rego.v1

import data.lib.conditions

under(condition) := {"Effect": "Allow", "Condition": condition}

test_a_condition_requires_a_key_with_its_values if {
	found := conditions.required(under({
		"StringEquals": {"AWS:SourceAccount": "111122223333"},
		"ForAnyValue:ArnLike": {"aws:SourceArn": ["arn:1", "arn:2"]},
	}))
	found == {
		{"key": "aws:sourceaccount", "values": ["111122223333"]},
		{"key": "aws:sourcearn", "values": ["arn:1", "arn:2"]},
	}
}

test_conditions_that_hold_without_the_key_require_nothing if {
	every operator in [
		"StringEqualsIfExists",
		"StringNotEquals",
		"ForAllValues:StringEquals",
		"Null",
		"Bool",
		"ForAnyValue:StringEqualsIfExists",
	] {
		count(conditions.required(under({operator: {"aws:SourceAccount": "111122223333"}}))) == 0
	}
	count(conditions.required(under({"StringEquals": {"aws:SourceAccount": []}}))) == 0
	count(conditions.required(under("text"))) == 0
	count(conditions.required(under({"StringEquals": "text"}))) == 0
	count(conditions.required({})) == 0
}

test_conditions_on_the_resource_confine if {
	every key in [
		"aws:ResourceTag/team",
		"ecs:ResourceTag/team",
		"iam:PolicyARN",
		"kms:ViaService",
		"kms:EncryptionContext:app",
		"secretsmanager:SecretId",
	] {
		conditions.confine(under({"StringLike": {key: "a*"}}))
	}
}

test_other_conditions_do_not if {
	every key in ["aws:RequestedRegion", "aws:SourceVpc", "iam:PassedToService", "aws:PrincipalTag/team"] {
		not conditions.confine(under({"StringEquals": {key: "a"}}))
	}
	every value in ["*", ["a", "*"], [], [1]] {
		not conditions.confine(under({"StringLike": {"aws:ResourceTag/team": value}}))
	}
	not conditions.confine(under({"StringEqualsIfExists": {"aws:ResourceTag/team": "a"}}))
}
