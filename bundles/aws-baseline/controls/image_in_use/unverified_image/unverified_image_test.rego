package tidewaiter.controls.image_in_use.unverified_image_test

import rego.v1

import data.tidewaiter.controls.image_in_use.unverified_image as control

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

key := sprintf("quay.io/team/web@%s", [digest])

estate(attestors) := {"images": {key: object.union(
	{"registry": "quay.io", "repository": "team/web", "digest": digest, "digest_source": "pinned"},
	attestors,
)}}

answers(each) := estate({"attestors": {name: {"answer": answer} | some name, answer in each}})

rule := {
	"id": "release",
	"action": "block",
	"match": [{"part": "registry", "operator": "equals", "values": ["quay.io"]}],
	"attestors": ["ci", "managers"],
	"require": "all",
}

elsewhere := {
	"action": "log",
	"match": [{"part": "registry", "operator": "equals", "values": ["docker.io"]}],
	"attestors": ["ci"],
	"require": "any",
}

denied(document, rules) := found if {
	found := control.deny with input as document with data.params.unverified_image.rules as rules
}

left_open(document, rules) := {undecided.reason | some undecided in found} if {
	found := control.unknown with input as document with data.params.unverified_image.rules as rules
}

excluded(document, rules) := {exclusion.reason | some exclusion in found} if {
	found := control.exclude with input as document with data.params.unverified_image.rules as rules
}

test_denies_an_image_without_a_signature_of_each if {
	denied(answers({"ci": "verified", "managers": "no_signature"}), [rule]) == {{
		"resource": key,
		"message": concat("", [
			`image "quay.io/team/web@sha256:0123456789ab" is verified by 1 of 2 attestors, expected all: `,
			`"managers" found no signature (rule "release", action block)`,
		]),
		"evidence": {
			"path": "attestors",
			"value": {"ci": {"answer": "verified"}, "managers": {"answer": "no_signature"}},
			"action": "block",
			"rule": rule,
			"digest": digest,
			"digest_source": "pinned",
			"users": {},
		},
	}}
}

test_denies_by_each_rule_for_itself if {
	lenient := object.union(rule, {"id": "any", "action": "log", "require": "any"})
	document := answers({"ci": "not_verified", "managers": "no_signature"})
	{violation.evidence.action | some violation in denied(document, [rule, lenient])} == {"block", "log"}
	document_of_one := answers({"ci": "verified", "managers": "no_signature"})
	{violation.evidence.action | some violation in denied(document_of_one, [rule, lenient])} == {"block"}
}

test_denies_whatever_an_unknown_answer_would_be if {
	document := answers({"ci": "unknown", "managers": "not_verified"})
	count(denied(document, [rule])) == 1
	count(left_open(document, [rule])) == 0
}

test_allows_an_image_that_each_verified if {
	document := answers({"ci": "verified", "managers": "verified"})
	count(denied(document, [rule])) == 0
	count(left_open(document, [rule])) == 0
	count(excluded(document, [rule])) == 0
}

test_allows_an_image_that_enough_verified if {
	document := answers({"ci": "verified", "managers": "unknown"})
	every enough in ["any", 1] {
		rules := [object.union(rule, {"require": enough})]
		count(denied(document, rules)) == 0
		count(left_open(document, rules)) == 0
	}
}

test_unknown_when_an_attestor_cannot_tell if {
	document := answers({"ci": "verified", "managers": "unknown"})
	count(denied(document, [rule])) == 0
	left_open(document, [rule]) == {concat("", [
		`rule "release" expects all of 2 attestors to verify it: "managers" cannot tell`,
	])}
}

test_unknown_when_no_file_of_attestors_has_an_attestor if {
	every document in [estate({}), answers({}), answers({"other": "verified"})] {
		count(denied(document, [rule])) == 0
		some reason in left_open(document, [rule])
		contains(reason, `"ci" was not asked: no attestors file names it`)
	}
}

test_unknown_when_a_rule_is_wrong_unless_another_is_violated if {
	wrong := object.union(elsewhere, {"require": 0})
	kept := answers({"ci": "verified", "managers": "verified"})
	count(denied(kept, [rule, wrong])) == 0
	left_open(kept, [rule, wrong]) == {concat("", [
		"the parameter unverified_image.rules cannot be judged: ",
		"in rule 2 its require is 0, expected any, all or a number from 1 to that of its attestors",
	])}
	count(excluded(kept, [wrong])) == 0
	violated := answers({"ci": "verified", "managers": "no_signature"})
	count(denied(violated, [rule, wrong])) == 1
}

test_excludes_images_that_no_rule_covers if {
	document := answers({"ci": "no_signature", "managers": "no_signature"})
	count(denied(document, [elsewhere])) == 0
	count(left_open(document, [elsewhere])) == 0
	excluded(document, [elsewhere]) == {"no rule of the parameter unverified_image.rules covers the image"}
	count(excluded(document, [elsewhere, rule])) == 0
}

test_excludes_every_image_without_rules if {
	document := answers({"ci": "no_signature"})
	count(denied(document, [])) == 0
	count(left_open(document, [])) == 0
	excluded(document, []) == {"the parameter unverified_image.rules is empty"}
}
