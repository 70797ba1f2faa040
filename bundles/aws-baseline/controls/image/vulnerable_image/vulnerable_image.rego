# METADATA
# title: Images in use have no known vulnerabilities of the severities that are not accepted
# description: |
#   A vulnerability of an image is one of every task that runs it. The control looks at images of the account's registry
#   that task definitions name, service revisions resolved or tasks run, and at what the newest scan found in them,
#   basic or enhanced. It fails when a finding counts: one of the severity `vulnerable_image.min_severity` or higher that
#   is neither closed nor suppressed, nor among `ignored`; by parameter only if it is not known to have no fix
#   (`fix_available_only`), has been known for some days (`min_age_days`) and has CVSS metrics such as `AV:N`
#   (`cvss_metrics`). What a finding does not say never keeps it from counting. Images without a result of a scan are not
#   applicable; IM09 judges that.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
# custom:
#   id: IM08
#   severity: high
#   resources: ecr.images
#   covers:
#     prowler: [ecr_repositories_scan_vulnerabilities_in_latest_image]
#     trend-vision-one:
#       - imagesWithCVSSAttackComplexity
#       - imagesWithCVSSAttackVector
#       - imagesWithCVSSAvailabilityImpact
#       - imagesWithVulnerabilities
#   parameters: [vulnerable_image]
#   remediation:
#     text: |
#       Build the image anew on a base and with packages in which the vulnerabilities are fixed, push it under a new tag,
#       and roll a revision that names it. Where there is no fix, take the package out, or accept the risk with an
#       exception that has an end date.
package tidewaiter.controls.image.vulnerable_image

import rego.v1

import data.lib.images
import data.lib.vulnerabilities

params := data.params.vulnerable_image

deny contains violation if {
	some arn, image in input.ecr.images
	findings := vulnerabilities.counted(input.ecr.image_scan_findings[arn], params)
	which := sprintf("of severity %s or higher", [params.min_severity])
	violation := {
		"resource": arn,
		"message": sprintf("image %q %s", [images.name(image), vulnerabilities.in_words(findings, which)]),
		"evidence": vulnerabilities.evidence(findings),
	}
}

exclude contains exclusion if some exclusion in images.excluded_without_result
