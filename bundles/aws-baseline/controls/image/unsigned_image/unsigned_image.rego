# METADATA
# title: Images in use have been signed by Amazon ECR's managed signing
# description: |
#   A rule of the registry's signing configuration signs what is pushed after it, with the rights of whoever pushes: where
#   these are missing, signing fails and the push does not. The control looks at images of the account's registry that are
#   in use and whose repository such rules cover. It fails when the signing status for the profile of one of them is not
#   `COMPLETE`: when it is `FAILED`, when it is still `IN_PROGRESS` more than `unsigned_image.grace_minutes` after the push,
#   and when there is none, as of images that were pushed before the rule was there. Within these minutes it is unknown.
#   An image whose repository no rule covers is not applicable; SG02 asks for rules. That Amazon ECR made a signature does
#   not say that it holds: SG01 judges that.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageSigningStatus.html
# custom:
#   id: SG03
#   severity: high
#   resources: ecr.images
#   covers: {}
#   parameters: [unsigned_image]
#   remediation:
#     text: |
#       Give whoever pushes the image signer:SignPayload on the profile, and see that the profile is active and of the
#       registry's Region. Then build and push the image anew, because only a push is signed, and roll a revision that
#       names it; or sign the digest that is there with the Notation CLI and the plugin of AWS Signer, and except it here.
package tidewaiter.controls.image.unsigned_image

import rego.v1

import data.lib.arns
import data.lib.evidence
import data.lib.images
import data.lib.managed_signing
import data.lib.moments

grace_minutes := data.params.unsigned_image.grace_minutes

deny contains violation if {
	some arn, image in input.ecr.images
	some found in statuses(arn, image)
	not found.status in {"COMPLETE", "IN_PROGRESS", null}
	violation := told(arn, image, found, sprintf("has the signing status %s%s", [found.status, failure(found)]))
}

deny contains violation if {
	some arn, image in input.ecr.images
	some found in statuses(arn, image)
	found.status in {"IN_PROGRESS", null}
	minutes := floor(moments.days_since(image.imagePushedAt) * 1440)
	minutes > grace_minutes
	violation := told(arn, image, found, sprintf("%s %d minutes after its push", [pending(found.status), minutes]))
}

unknown contains undecided if {
	some arn, image in input.ecr.images
	some found in statuses(arn, image)
	found.status in {"IN_PROGRESS", null}
	undecided := {
		"resource": arn,
		"reason": sprintf("it %s for profile %q, expected COMPLETE at most %v minutes after its push", [
			pending(found.status),
			arns.name(found.signingProfileArn),
			grace_minutes,
		]),
	}
}

unknown contains undecided if {
	some arn, _ in input.ecr.images
	undecided := {"resource": arn, "reason": managed_signing.not_known}
}

exclude contains exclusion if {
	managed_signing.rules
	some arn, image in input.ecr.images
	count(managed_signing.profiles[image.repositoryName]) == 0
	exclusion := {"resource": arn, "reason": "no rule of the registry's signing configuration covers its repository"}
}

exclude contains exclusion if {
	some arn, image in input.ecr.images
	count(managed_signing.profiles[image.repositoryName]) > 0
	evidence.looked_up("ecr.image_signing_status", arn)
	object.get(input.ecr.image_signing_status, arn, null) == null
	exclusion := {"resource": arn, "reason": "the image has vanished"}
}

# The signing status of an image for each profile that should have signed it; its status is null where there is none.
statuses(arn, image) := {found |
	body := input.ecr.image_signing_status[arn]
	some profile in managed_signing.profiles[image.repositoryName]
	found := object.union({"signingProfileArn": profile, "status": null}, of_profile(body, profile))
}

of_profile(body, profile) := found[0] if {
	found := [status |
		some status in body.signingStatuses
		status.signingProfileArn == profile
	]
	count(found) > 0
} else := {}

told(arn, image, found, what) := {
	"resource": arn,
	"message": sprintf("image %q %s for profile %q, expected COMPLETE", [
		images.name(image),
		what,
		arns.name(found.signingProfileArn),
	]),
	"evidence": object.union(found, {"path": "signingStatuses", "value": found.status}),
}

pending("IN_PROGRESS") := "has the signing status IN_PROGRESS"

pending(null) := "has no signing status"

failure(found) := sprintf(" (%s: %s)", [found.failureCode, substring(found.failureReason, 0, 200)]) if {
	found.failureReason
} else := sprintf(" (%s)", [found.failureCode]) if {
	found.failureCode
} else := ""
