# METADATA
# title: ECR repositories have immutable tags
# description: |
#   Where a tag can be moved, the image that a task definition names today is another one tomorrow, and nobody who may
#   push needs the right to change the definition. The control fails when the tag mutability of a repository is
#   anything but `IMMUTABLE`, as Security Hub's ECR.2 does. `IMMUTABLE_WITH_EXCLUSION` leaves the tags that match its
#   filters mutable; it fails too, with its filters, unless the parameter `mutable_image_tags.accept_exclusions` says
#   otherwise.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageTagMutability.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2
# custom:
#   id: IM03
#   severity: medium
#   resources: ecr.repositories
#   covers:
#     aws-config: [ecr-private-tag-immutability-enabled]
#     checkov: [CKV_AWS_51]
#     kics: [ecr_image_tag_not_immutable]
#     prowler: [ecr_repositories_tag_immutability]
#     security-hub: [ECR.2]
#     trivy: [AWS-0031]
#   parameters: [mutable_image_tags]
#   remediation:
#     text: |
#       Give every image that is pushed a tag of its own, then set `aws ecr put-image-tag-mutability
#       --image-tag-mutability IMMUTABLE`. From then on, pushing a tag that exists is refused. Definitions that name an
#       image by its digest do not depend on tags at all.
package tidewaiter.controls.repository.mutable_image_tags

import rego.v1

import data.lib.repositories

accepted := {"IMMUTABLE"} | {"IMMUTABLE_WITH_EXCLUSION" | data.params.mutable_image_tags.accept_exclusions == true}

deny contains violation if {
	some arn, repository in input.ecr.repositories
	mutability := object.get(repository, "imageTagMutability", "MUTABLE")
	not mutability in accepted
	filters := [entry.filter | some entry in repository.imageTagMutabilityExclusionFilters]
	violation := {
		"resource": arn,
		"message": sprintf("repository %q has the tag mutability %s%s, expected IMMUTABLE", [
			repositories.name(arn),
			mutability,
			exclusions(filters),
		]),
		"evidence": object.union(
			{"path": "repositories[0].imageTagMutability", "value": mutability},
			{"filters": filters | count(filters) > 0},
		),
	}
}

exclusions(filters) := "" if count(filters) == 0

exclusions(filters) := sprintf(" for %s", [concat(", ", [sprintf("%q", [filter]) | some filter in filters])]) if {
	count(filters) > 0
}
