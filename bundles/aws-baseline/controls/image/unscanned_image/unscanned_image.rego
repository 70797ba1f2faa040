# METADATA
# title: Images in use have been scanned lately
# description: |
#   What nobody scans has no known vulnerabilities, and what was scanned long ago has none of those that were found
#   since. The control looks at images of the account's registry that task definitions name, service revisions resolved
#   or tasks run. It fails when an image was never scanned, when its scan has a status other than `COMPLETE`, `ACTIVE`
#   (scanned continuously) and those of the parameter `unscanned_image.accepted_statuses`, and when a scan that is not
#   continuous is older than `unscanned_image.max_age_days`. An image that was pushed within the last day and whose first
#   scan is under way is not applicable; neither is an index of images for several platforms, because ECR scans these and
#   not the index.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
# custom:
#   id: IM09
#   severity: high
#   resources: ecr.images
#   covers:
#     trend-vision-one: [imagesNotScanned]
#   parameters: [unscanned_image]
#   remediation:
#     text: |
#       Have the registry scan the repository on push or continuously, as IM01 asks. With basic scanning, scan the image
#       with `aws ecr start-image-scan`, and do so on a schedule; with enhanced scanning, lengthen the time for which
#       Amazon Inspector goes on scanning images. Build the image on a distribution that the scanner supports.
package tidewaiter.controls.image.unscanned_image

import rego.v1

import data.lib.images

params := data.params.unscanned_image

deny contains violation if {
	some arn, image in input.ecr.images
	some problem in images.problems_of(arn, image, params)
	violation := {
		"resource": arn,
		"message": sprintf("image %q %s", [images.name(image), problem.message]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if some exclusion in images.excluded_unscanned
