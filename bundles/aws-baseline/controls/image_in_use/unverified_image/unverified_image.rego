# METADATA
# title: Images in use are verified by the attestors that rules name
# description: |
#   ECS starts whatever image a task definition names, whoever built it. The control looks at every image that runs or
#   would run, whatever registry it is from, with what attestors say of its digest, and at the rules of the parameter
#   `unverified_image.rules`: each names the images that it covers by their registry and repository, attestors, and how
#   many of these must have verified the image. An image violates a rule when too few of them can have: signatures that
#   count for nothing and signatures that are not there are told apart. What an attestor cannot tell, because a registry
#   refused or because no attestors file has one of this name, leaves the image unknown unless the others decide; so
#   does a rule with a mistake. Each rule that is violated is a violation of its own, with the rule and its action. An
#   image that no rule covers is not applicable. There are no rules by default.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.sigstore.dev/cosign/verifying/verify/
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-signing.html
# custom:
#   id: SG01
#   severity: high
#   resources: images
#   covers:
#     trend-vision-one: [verifyImages]
#   parameters: [unverified_image]
#   remediation:
#     text: |
#       Find out who built the image: one that nobody signs for may be anybody's. Build it in the pipeline whose attestor
#       the rule names, which signs its digest, and roll a revision that names the new digest. `tidewaiter attest` shows
#       what each attestor says of an image, and why it refused the signatures that are there.
package tidewaiter.controls.image_in_use.unverified_image

import rego.v1

import data.lib.signature_rules

rules := data.params.unverified_image.rules

entries := signature_rules.usable(rules, set())

signatures := {
	"text": "image %s",
	"it": "it",
	"found": "signature",
	"evidence": {"path": "attestors"},
}

deny contains violation if {
	some entry in entries
	some key, image in signature_rules.covered(entry.rule)
	answers := object.get(image, "attestors", {})
	signature_rules.state(entry, answers) == "violated"
	violation := signature_rules.violation(key, entry, answers, signatures)
}

unknown contains undecided if {
	some entry in entries
	some key, image in signature_rules.covered(entry.rule)
	answers := object.get(image, "attestors", {})
	signature_rules.state(entry, answers) == "unknown"
	undecided := signature_rules.unknown(key, entry, answers, signatures)
}

unknown contains undecided if {
	reason := signature_rules.undecided("unverified_image.rules", rules, set())
	some key, _ in input.images
	undecided := {"resource": key, "reason": reason}
}

exclude contains exclusion if {
	count(rules) == 0
	some key, _ in input.images
	exclusion := {"resource": key, "reason": "the parameter unverified_image.rules is empty"}
}

exclude contains exclusion if {
	count(rules) == count(entries)
	count(rules) > 0
	some key in object.keys(input.images) - covered
	exclusion := {"resource": key, "reason": "no rule of the parameter unverified_image.rules covers the image"}
}

covered contains key if {
	some entry in entries
	some key, _ in signature_rules.covered(entry.rule)
}
