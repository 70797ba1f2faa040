# METADATA
# title: Images in use keep the admission rules imagesWithCVSSAttackVector
# description: |
#   Trend Vision One's rule imagesWithCVSSAttackVector: an image violates it when its newest scan found a vulnerability
#   of the `severity` or a higher one with the CVSS attack vector `attackVector`: `network`, `adjacent` or `physical`.
#   Findings of basic and of enhanced scanning count alike, unless they are closed or suppressed; one without a CVSS
#   vector counts. The images are those of the account's registry that task definitions name, service revisions resolved
#   or tasks run; of other registries AWS tells nothing. An image without a result of a scan is not applicable; AD13
#   judges that. Rules are those of the parameter `admission.rules`; each that is violated is a violation of its own,
#   with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
# custom:
#   id: AD15
#   severity: high
#   resources: ecr.images
#   covers:
#     trend-vision-one: [imagesWithCVSSAttackVector]
#   parameters: [admission]
#   remediation:
#     text: |
#       Build the image anew on a base and with packages in which the vulnerabilities are fixed, push it under a new
#       tag, and roll a revision that names it. Where there is no fix, take the package out, or accept the risk with an
#       exception that has an end date.
package tidewaiter.controls.admission.vulnerable_by_attack_vector

import rego.v1

import data.lib.admission_rules
import data.lib.admission_scans
import data.lib.images

rules := admission_rules.of("imagesWithCVSSAttackVector")

# The metric as vectors of CVSS write it, in every version.
metrics := {"adjacent": ["AV:A"], "network": ["AV:N"], "physical": ["AV:P"]}

deny contains violation if {
	some rule in rules
	some arn, image in input.ecr.images
	findings := admission_scans.grave_with(input.ecr.image_scan_findings[arn], rule, metrics[rule.attackVector])
	which := sprintf(" with attack vector %s", [rule.attackVector])
	problem := admission_scans.problem(findings, rule, which)
	message := sprintf("image %q %s", [images.name(image), problem.message])
	violation := admission_rules.violation(arn, rule, message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("imagesWithCVSSAttackVector")
	some arn, _ in input.ecr.images
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	not admission_rules.not_judged("imagesWithCVSSAttackVector")
	some exclusion in images.excluded_without_result
}
