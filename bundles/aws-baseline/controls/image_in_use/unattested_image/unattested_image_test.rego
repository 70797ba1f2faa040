package tidewaiter.controls.image_in_use.unattested_image_test

import rego.v1

import data.tidewaiter.controls.image_in_use.unattested_image as control

key := "quay.io/team/web:1.2"

sbom := "https://spdx.dev/Document"

provenance := "https://slsa.dev/provenance/v1"

estate(attestors) := {"images": {key: object.union(
	{"registry": "quay.io", "repository": "team/web"},
	attestors,
)}}

# An attestor whose statements have these answers, by their type.
attestor(of_types) := {
	"answer": "verified",
	"attestations": {type: {"answer": answer} | some type, answer in of_types},
}

rule := {"action": "log", "attestors": ["ci"], "require": "all", "predicate_types": [sbom, provenance]}

denied(document, rules) := found if {
	found := control.deny with input as document with data.params.unattested_image.rules as rules
}

left_open(document, rules) := {undecided.reason | some undecided in found} if {
	found := control.unknown with input as document with data.params.unattested_image.rules as rules
}

excluded(document, rules) := {exclusion.reason | some exclusion in found} if {
	found := control.exclude with input as document with data.params.unattested_image.rules as rules
}

test_denies_an_image_that_lacks_a_statement if {
	document := estate({"attestors": {"ci": attestor({sbom: "verified", provenance: "no_signature"})}})
	count(left_open(document, [rule])) == 0
	denied(document, [rule]) == {{
		"resource": key,
		"message": concat("", [
			`attestation "https://slsa.dev/provenance/v1" of image "quay.io/team/web:1.2" is verified by 0 of 1 attestors, `,
			`expected at least 1: "ci" found no attestation (rule 1, action log)`,
		]),
		"evidence": {
			"path": `attestors.*.attestations."https://slsa.dev/provenance/v1"`,
			"value": {"ci": {"answer": "no_signature"}},
			"predicate_type": provenance,
			"action": "log",
			"rule": rule,
			"digest": null,
			"digest_source": null,
			"users": {},
		},
	}}
}

test_denies_each_statement_for_itself if {
	document := estate({"attestors": {"ci": attestor({sbom: "not_verified", provenance: "no_signature"})}})
	{violation.evidence.predicate_type | some violation in denied(document, [rule])} == {provenance, sbom}
}

test_allows_an_image_with_each_statement if {
	document := estate({"attestors": {"ci": attestor({sbom: "verified", provenance: "verified"})}})
	count(denied(document, [rule])) == 0
	count(left_open(document, [rule])) == 0
	count(excluded(document, [rule])) == 0
}

test_allows_statements_that_different_attestors_signed if {
	document := estate({"attestors": {
		"ci": attestor({sbom: "no_signature", provenance: "verified"}),
		"scanner": attestor({sbom: "verified"}),
	}})
	rules := [object.union(rule, {"attestors": ["ci", "scanner"], "require": "any"})]
	count(denied(document, rules)) == 0
	count(left_open(document, rules)) == 0
}

test_unknown_when_an_attestor_does_not_look_for_a_type if {
	document := estate({"attestors": {"ci": attestor({sbom: "verified"})}})
	count(denied(document, [rule])) == 0
	left_open(document, [rule]) == {concat("", [
		`rule 1 expects at least 1 of 1 attestors to verify its attestation "https://slsa.dev/provenance/v1": `,
		`"ci" cannot tell: the attestors file does not have it look for such attestations`,
	])}
}

test_unknown_when_an_attestor_could_not_look_at_the_image if {
	reason := {"code": "denied", "reason": "the registry refused"}
	document := estate({"attestors": {"ci": {"answer": "unknown", "reason": reason}}})
	count(denied(document, [rule])) == 0
	every undecided in left_open(document, [rule]) {
		endswith(undecided, `"ci" cannot tell: the registry refused`)
	}
	count(left_open(document, [rule])) == 2
}

test_unknown_when_no_file_of_attestors_has_an_attestor if {
	count(denied(estate({}), [rule])) == 0
	every undecided in left_open(estate({}), [rule]) {
		contains(undecided, `"ci" was not asked`)
	}
	count(left_open(estate({}), [rule])) == 2
}

test_unknown_when_a_rule_is_wrong if {
	document := estate({"attestors": {"ci": attestor({sbom: "verified", provenance: "verified"})}})
	left_open(document, [object.remove(rule, ["predicate_types"])]) == {concat("", [
		"the parameter unattested_image.rules cannot be judged: ",
		"in rule 1 its predicate_types are null, expected a list of texts that are not the same",
	])}
	count(excluded(document, [object.remove(rule, ["predicate_types"])])) == 0
}

test_excludes_images_that_no_rule_covers if {
	document := estate({"attestors": {"ci": attestor({sbom: "no_signature"})}})
	elsewhere := object.union(rule, {"exclude": [{"part": "repository", "operator": "endsWith", "values": ["web"]}]})
	count(denied(document, [elsewhere])) == 0
	count(left_open(document, [elsewhere])) == 0
	excluded(document, [elsewhere]) == {"no rule of the parameter unattested_image.rules covers the image"}
	excluded(document, []) == {"the parameter unattested_image.rules is empty"}
}
