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
	gravest := findings[0]
	violation := {
		"resource": arn,
		"message": sprintf("image %q has %s of severity %s or higher, the gravest %s (%s)%s, expected none", [
			images.name(image),
			counted(findings),
			params.min_severity,
			gravest.id,
			gravest.severity,
			where(gravest),
		]),
		"evidence": {"path": "imageScanFindings", "value": array.slice(findings, 0, 10), "count": count(findings)},
	}
}

exclude contains exclusion if {
	some arn, image in input.ecr.images
	scan := input.ecr.image_scan_findings[arn]
	reason := images.not_judged(image, scan)
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	some arn, image in input.ecr.images
	scan := input.ecr.image_scan_findings[arn]
	not images.not_judged(image, scan)
	not images.has_result(scan)
	exclusion := {"resource": arn, "reason": "no scan of the image has a result"}
}

exclude contains exclusion if {
	input.coverage["ecr.image_scan_findings"].status == "complete"
	some arn, _ in input.ecr.images
	object.get(input.ecr.image_scan_findings, arn, null) == null
	exclusion := {"resource": arn, "reason": "no scan of the image is known"}
}

counted(findings) := "1 vulnerability" if {
	count(findings) == 1
} else := sprintf("%d vulnerabilities", [count(findings)])

where(finding) := "" if {
	finding.packages == ""
} else := sprintf(" in %s", [finding.packages])
