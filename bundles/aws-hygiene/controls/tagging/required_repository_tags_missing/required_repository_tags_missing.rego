# METADATA
# title: ECR repositories carry the required tags
# description: |
#   Tags say who owns a repository, what it is for and who pays for it; access and exceptions are decided by them. The
#   control fails for each key of the parameter `required_tags.keys` that a repository does not carry, and for each tag
#   whose value is not among those that `required_tags.values` lists for it. Without keys, a repository fails that has
#   no tag at all, tags under `aws:` aside. Keys are case-sensitive. Security Hub's ECR.4 asks the same of public
#   repositories. A repository that vanished while the document was made is not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListTagsForResource.html
#   - https://docs.aws.amazon.com/config/latest/developerguide/ecr-repository-tagged.html
# custom:
#   id: IM06
#   severity: low
#   resources: ecr.repositories
#   covers:
#     aws-config: [ecr-repository-tagged]
#   parameters: [required_tags]
#   remediation:
#     text: |
#       Add the tags to the repository with `aws ecr tag-resource`, and to the template that creates it, also where a
#       repository creation template does. The images in the repository are not tagged by that.
package tidewaiter.controls.tagging.required_repository_tags_missing

import rego.v1

import data.lib.repositories
import data.lib.tags

deny contains violation if {
	some arn, _ in input.ecr.repositories
	present := input.ecr.repository_tags[arn].tags
	some problem in tags.capitalized_problems(present, data.params.required_tags)
	violation := {
		"resource": arn,
		"message": sprintf("repository %q: %s", [repositories.name(arn), problem.message]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if {
	input.coverage["ecr.repository_tags"].status == "complete"
	some arn, _ in input.ecr.repositories
	object.get(input.ecr.repository_tags, arn, null) == null
	exclusion := {"resource": arn, "reason": "the repository has vanished"}
}
