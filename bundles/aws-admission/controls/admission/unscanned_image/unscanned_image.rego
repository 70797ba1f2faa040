# METADATA
# title: Images in use keep the admission rules imagesNotScanned
# description: |
#   Trend Vision One's rule imagesNotScanned with the `scanType` vulnerability: an image violates it when it was never
#   scanned, when its scan did not come to a result, or when a scan that is not continuous is older than `maxScanAge`
#   days, where 0 stands for the last 24 hours. The images are those of the account's registry that task definitions
#   name, service revisions resolved or tasks run; of other registries AWS tells nothing. An image that was pushed
#   within the last day and whose first scan is under way is not applicable, nor is an index of images for several
#   platforms, as in IM09. Rules are those of the parameter `admission.rules`; each that is violated is a violation of
#   its own, with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
# custom:
#   id: AD13
#   severity: high
#   resources: ecr.images
#   covers:
#     trend-vision-one: [imagesNotScanned]
#   parameters: [admission]
#   remediation:
#     text: |
#       Have the registry scan the repository on push or continuously. With basic scanning, scan the image with `aws ecr
#       start-image-scan`, and do so on a schedule.
package tidewaiter.controls.admission.unscanned_image

import rego.v1

import data.lib.admission_rules
import data.lib.images

rules := admission_rules.of("imagesNotScanned")

deny contains violation if {
	some rule in rules
	some arn, image in input.ecr.images
	params := {"max_age_days": max([1, rule.maxScanAge]), "accepted_statuses": []}
	some problem in images.problems_of(arn, image, params)
	message := sprintf("image %q %s", [images.name(image), problem.message])
	violation := admission_rules.violation(arn, rule, message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("imagesNotScanned")
	some arn, _ in input.ecr.images
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	not admission_rules.not_judged("imagesNotScanned")
	some exclusion in images.excluded_unscanned
}
