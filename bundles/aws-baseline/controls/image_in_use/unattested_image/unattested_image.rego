# METADATA
# title: Images in use have the attestations that rules name
# description: |
#   What an image is made of and how it was built, its SBOM and its provenance, is worth what whoever signed the statement
#   is worth. The control looks at every image that runs or would run, and at the rules of the parameter
#   `unattested_image.rules`, which are those of SG01 with types of statements: an image that a rule covers must have a
#   statement of each of its `predicate_types` that as many of its attestors verified as the rule asks for. What an
#   attestor cannot tell, or is not configured to look for, leaves the image unknown unless the others decide; so does a
#   rule with a mistake. What a statement says is not judged. An image that no rule covers is not applicable. There are no
#   rules by default.
# related_resources:
#   - https://slsa.dev/spec/v1.0/provenance
#   - https://github.com/in-toto/attestation/tree/main/spec/predicates
#   - https://docs.sigstore.dev/cosign/verifying/attestation/
# custom:
#   id: SG04
#   severity: medium
#   resources: images
#   covers: {}
#   parameters: [unattested_image]
#   remediation:
#     text: |
#       Have the pipeline that builds the image make the statement and sign it, such as with `cosign attest --type spdxjson`
#       or an action of the CI system, and roll a revision that names the image that has it. Have the attestor look for
#       statements of this type in the attestors file.
package tidewaiter.controls.image_in_use.unattested_image

import rego.v1

import data.lib.signature_rules

rules := data.params.unattested_image.rules

entries := signature_rules.usable(rules, {"predicate_types"})

deny contains violation if {
	some entry in entries
	some key, image in signature_rules.covered(entry.rule)
	some type in entry.rule.predicate_types
	answers := statements(image, type)
	signature_rules.state(entry, answers) == "violated"
	violation := signature_rules.violation(key, entry, answers, attestations(type))
}

unknown contains undecided if {
	some entry in entries
	some key, image in signature_rules.covered(entry.rule)
	some type in entry.rule.predicate_types
	answers := statements(image, type)
	signature_rules.state(entry, answers) == "unknown"
	undecided := signature_rules.unknown(key, entry, answers, attestations(type))
}

unknown contains undecided if {
	reason := signature_rules.undecided("unattested_image.rules", rules, {"predicate_types"})
	some key, _ in input.images
	undecided := {"resource": key, "reason": reason}
}

exclude contains exclusion if {
	count(rules) == 0
	some key, _ in input.images
	exclusion := {"resource": key, "reason": "the parameter unattested_image.rules is empty"}
}

exclude contains exclusion if {
	count(rules) == count(entries)
	count(rules) > 0
	some key in object.keys(input.images) - covered
	exclusion := {"resource": key, "reason": "no rule of the parameter unattested_image.rules covers the image"}
}

covered contains key if {
	some entry in entries
	some key, _ in signature_rules.covered(entry.rule)
}

# What each attestor says of an image's statements of one type.
statements(image, type) := {name: of_type(examined, type) |
	some name, examined in object.get(image, "attestors", {})
}

of_type(examined, type) := examined.attestations[type]

of_type(examined, type) := {"answer": "unknown", "reason": why_not(examined)} if not examined.attestations[type]

# An attestor that cannot be asked says so of the image, and nothing of statements.
why_not(examined) := examined.reason if {
	count(object.get(examined, "attestations", {})) == 0
} else := not_looked_for

not_looked_for := {
	"code": "not_configured",
	"reason": "the attestors file does not have it look for such attestations",
}

attestations(type) := {
	"text": concat("", [sprintf("attestation %q of image ", [type]), "%s"]),
	"it": sprintf("its attestation %q", [type]),
	"found": "attestation",
	"evidence": {"path": sprintf("attestors.*.attestations.%q", [type]), "predicate_type": type},
}
