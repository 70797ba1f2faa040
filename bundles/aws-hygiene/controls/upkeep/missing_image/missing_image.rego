# METADATA
# title: The images that containers refer to exist
# description: |
#   A service whose image is gone goes on running until a task of it has to be replaced, and then starts no more. The
#   control looks up, in the account's registry, each image that task definitions in use or newest of their family name,
#   that service revisions resolved and that tasks run, the latter two by digest. It fails when the repository or the
#   image does not exist, which is known from ECR's own words, and when the image is archived and cannot be pulled. What
#   is no reference to an image is for TD32 to say.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
# custom:
#   id: IM12
#   severity: medium
#   resources: ecr.image_references
#   covers: {}
#   remediation:
#     text: |
#       Push the image again, restore it from the archive, or register a revision that names one that exists, and deploy
#       it before a task has to be replaced. Keep lifecycle policies from expiring what runs: let them count images by a
#       tag prefix that only releases carry. Deregister definitions that nobody needs.
package tidewaiter.controls.upkeep.missing_image

import rego.v1

deny contains violation if {
	some name, reference in input.ecr.image_references
	code := reference.failureCode
	violation := {
		"resource": name,
		"message": sprintf("image %q does not exist: repository %q %s, expected the image that %s", [
			name,
			reference.repositoryName,
			lacks(code, reference.imageId),
			users(reference),
		]),
		"evidence": evidence(reference, "failureCode", code),
	}
}

deny contains violation if {
	some name, reference in input.ecr.image_references
	status := reference.imageStatus
	status != "ACTIVE"
	violation := {
		"resource": name,
		"message": sprintf("image %q has the status %s and cannot be pulled, expected ACTIVE for the image that %s", [
			name,
			status,
			users(reference),
		]),
		"evidence": evidence(reference, "imageStatus", status),
	}
}

lacks("RepositoryNotFoundException", _) := "is gone"

lacks(code, id) := sprintf("has no image with the tag %q", [id.imageTag]) if code != "RepositoryNotFoundException"

lacks(code, id) := sprintf("has no image with the digest %s", [id.imageDigest]) if {
	code != "RepositoryNotFoundException"
	object.get(id, "imageTag", null) == null
}

users(reference) := "1 task definition needs" if {
	count(reference.usedBy) == 1
} else := sprintf("%d task definitions need", [count(reference.usedBy)])

evidence(reference, path, value) := {
	"path": path,
	"value": value,
	"image_id": reference.imageId,
	"used_by": array.slice(reference.usedBy, 0, 10),
}
