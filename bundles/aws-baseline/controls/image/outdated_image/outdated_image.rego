# METADATA
# title: Images in use are built anew within the allowed time
# description: |
#   An image holds the packages of the day on which it was built. The control fails for images of the account's registry
#   that task definitions name, service revisions resolved or tasks run and that were pushed more days ago than the
#   parameter `outdated_image.max_age_days` says, and for those of which nothing says when; while that is 0, no image is
#   judged. The age is counted until the moment when the document was taken.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
# custom:
#   id: IM13
#   severity: low
#   resources: ecr.images
#   covers: {}
#   parameters: [outdated_image]
#   remediation:
#     text: |
#       Build the image anew on the newest release of its base, push it under a new tag, and roll a revision that names
#       it. Do so on a schedule, whether its own source changes or not.
package tidewaiter.controls.image.outdated_image

import rego.v1

import data.lib.images
import data.lib.moments

max_age_days := data.params.outdated_image.max_age_days

deny contains violation if {
	max_age_days > 0
	some arn, image in input.ecr.images
	days := moments.days_since(image.imagePushedAt)
	days > max_age_days
	violation := {
		"resource": arn,
		"message": sprintf(
			"image %q was pushed %d days ago, expected at most %v",
			[images.name(image), floor(days), max_age_days],
		),
		"evidence": {
			"path": "imageDetails[0].imagePushedAt",
			"value": image.imagePushedAt,
			"max_age_days": max_age_days,
		},
	}
}

deny contains violation if {
	max_age_days > 0
	some arn, image in input.ecr.images
	not is_dated(image)
	violation := {
		"resource": arn,
		"message": sprintf(
			"image %q does not say when it was pushed, expected at most %v days ago",
			[images.name(image), max_age_days],
		),
		"evidence": {
			"path": "imageDetails[0].imagePushedAt",
			"value": object.get(image, "imagePushedAt", null),
			"max_age_days": max_age_days,
		},
	}
}

is_dated(image) if is_number(moments.days_since(image.imagePushedAt))

exclude contains exclusion if {
	max_age_days <= 0
	some arn, _ in input.ecr.images
	exclusion := {"resource": arn, "reason": "the parameter outdated_image.max_age_days is 0"}
}
