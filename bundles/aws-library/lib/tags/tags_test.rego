package lib.tags_test

import rego.v1

import data.lib.tags

any_tag := {"keys": [], "values": {}}

owner := {"key": "owner", "value": "payments"}

system := {"key": "aws:cloudformation:stack-name", "value": "prod"}

messages(found) := {problem.message | some problem in found}

test_reports_no_tag_at_all_when_no_key_is_required if {
	messages(tags.problems([], any_tag)) == {"it has no tag, expected at least one besides those that AWS sets"}
}

test_reports_system_tags_alone_as_no_tag if {
	count(tags.problems([system], any_tag)) == 1
}

test_reports_system_tags_in_any_case_as_no_tag if {
	count(tags.problems([{"key": "AWS:thing", "value": "x"}], any_tag)) == 1
}

test_accepts_any_tag_when_no_key_is_required if {
	count(tags.problems([owner, system], any_tag)) == 0
}

test_reports_each_missing_key_once if {
	required := {"keys": ["owner", "cost-center", "tier"], "values": {}}
	messages(tags.problems([owner], required)) == {
		"the required tag \"cost-center\" is missing",
		"the required tag \"tier\" is missing",
	}
}

test_reports_only_the_missing_keys_of_an_untagged_resource if {
	required := {"keys": ["owner"], "values": {}}
	messages(tags.problems([], required)) == {"the required tag \"owner\" is missing"}
}

test_compares_keys_case_sensitively if {
	count(tags.problems([owner], {"keys": ["Owner"], "values": {}})) == 1
}

test_accepts_a_key_with_an_empty_value if {
	count(tags.problems([{"key": "owner", "value": ""}], {"keys": ["owner"], "values": {}})) == 0
}

test_accepts_a_key_without_a_value if {
	count(tags.problems([{"key": "owner"}], {"keys": ["owner"], "values": {}})) == 0
}

test_reports_a_value_outside_the_allowed_ones if {
	required := {"keys": ["tier"], "values": {"tier": ["gold", "silver"]}}
	messages(tags.problems([{"key": "tier", "value": "tin"}], required)) == {concat("", [
		"the tag \"tier\" has the value \"tin\", ",
		"expected one of \"gold\", \"silver\"",
	])}
}

test_accepts_an_allowed_value if {
	required := {"keys": ["tier"], "values": {"tier": ["gold", "silver"]}}
	count(tags.problems([{"key": "tier", "value": "gold"}], required)) == 0
}

test_judges_the_value_of_a_tag_that_is_not_required if {
	required := {"keys": [], "values": {"tier": ["gold"]}}
	found := tags.problems([owner, {"key": "tier", "value": "tin"}], required)
	{problem.evidence.path | some problem in found} == {"tags[?key=='tier'].value"}
}

test_does_not_require_a_tag_that_only_has_allowed_values if {
	count(tags.problems([owner], {"keys": [], "values": {"tier": ["gold"]}})) == 0
}

test_evidence_of_a_missing_key_names_the_allowed_values if {
	required := {"keys": ["tier"], "values": {"tier": ["gold"]}}
	some problem in tags.problems([owner], required)
	problem.evidence.key == "tier"
	problem.evidence.expected == ["gold"]
	problem.evidence.value == null
}

test_carries_a_key_with_one_of_the_values if {
	tags.carries([system, owner], "owner", ["orders", "payments"])
}

test_does_not_carry_a_key_with_another_value if {
	not tags.carries([owner], "owner", ["orders"])
}

test_does_not_carry_a_key_in_another_case if {
	not tags.carries([owner], "Owner", ["payments"])
}

test_own_leaves_out_what_aws_set if {
	tags.own([system, owner]) == {"owner": "payments"}
}

test_does_not_judge_a_value_that_a_template_leaves_open if {
	required := {"keys": ["tier"], "values": {"tier": ["gold"]}}
	count(tags.problems([{"key": "tier", "value": {"Ref": "Tier"}}], required)) == 0
}

test_reads_keys_and_values_with_capitals if {
	required := {"keys": ["owner"], "values": {"tier": ["gold"]}}
	present := [{"Key": "owner", "Value": "payments"}, {"Key": "tier", "Value": "tin"}, {"Key": "aws:thing"}]
	found := tags.capitalized_problems(present, required)
	{problem.evidence.path | some problem in found} == {"tags[?Key=='tier'].Value"}
}

test_reports_no_tag_with_capitals_besides_those_of_aws if {
	found := tags.capitalized_problems([{"Key": "aws:thing", "Value": "x"}], any_tag)
	messages(found) == {"it has no tag, expected at least one besides those that AWS sets"}
}
