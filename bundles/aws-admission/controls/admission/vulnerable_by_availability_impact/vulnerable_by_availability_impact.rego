# METADATA
# title: Images in use keep the admission rules imagesWithCVSSAvailabilityImpact
# description: |
#   Trend Vision One's rule imagesWithCVSSAvailabilityImpact: an image violates it when its newest scan found a
#   vulnerability of the `severity` or a higher one with the CVSS impact on availability `availabilityImpact`: `low` (in
#   version 2 partial) or `high` (in version 2 complete). Findings of basic and of enhanced scanning count alike, unless
#   they are closed or suppressed; one without a CVSS vector counts. The images are those of the account's registry that
#   task definitions name, service revisions resolved or tasks run; of other registries AWS tells nothing. An image
#   without a result of a scan is not applicable; AD13 judges that. Rules are those of the parameter `admission.rules`;
#   each that is violated is a violation of its own, with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
# custom:
#   id: AD17
#   severity: high
#   resources: ecr.images
#   covers:
#     trend-vision-one: [imagesWithCVSSAvailabilityImpact]
#   parameters: [admission]
#   remediation:
#     text: |
#       Build the image anew on a base and with packages in which the vulnerabilities are fixed, push it under a new
#       tag, and roll a revision that names it. Where there is no fix, take the package out, or accept the risk with an
#       exception that has an end date.
package tidewaiter.controls.admission.vulnerable_by_availability_impact

import rego.v1

import data.lib.admission_rules
import data.lib.admission_scans
import data.lib.images

rules := admission_rules.of("imagesWithCVSSAvailabilityImpact")

# The metric as vectors of CVSS write it; version 2 calls the impacts partial and complete, and version 4 speaks of the
# vulnerable system.
metrics := {"high": ["A:C", "A:H", "VA:H"], "low": ["A:L", "A:P", "VA:L"]}

deny contains violation if {
	some rule in rules
	some arn, image in input.ecr.images
	findings := admission_scans.grave_with(input.ecr.image_scan_findings[arn], rule, metrics[rule.availabilityImpact])
	which := sprintf(" with impact on availability %s", [rule.availabilityImpact])
	problem := admission_scans.problem(findings, rule, which)
	message := sprintf("image %q %s", [images.name(image), problem.message])
	violation := admission_rules.violation(arn, rule, message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("imagesWithCVSSAvailabilityImpact")
	some arn, _ in input.ecr.images
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	not admission_rules.not_judged("imagesWithCVSSAvailabilityImpact")
	some exclusion in images.excluded_without_result
}
