# METADATA
# title: ECR repositories are encrypted with a customer managed key
# description: |
#   ECR encrypts every image, with keys of S3's own unless the repository names a KMS key. Only a key of the customer's
#   can be withdrawn, and its use is in CloudTrail. While the parameter `repository_without_own_key.required` is false,
#   which is the default, no repository is judged. With it, the control fails when the encryption type of a repository
#   is neither `KMS` nor `KMS_DSSE`, and when the parameter `keys` lists keys and the repository's is not among them.
#   ECR does not say whether a key is the one that AWS manages for it, so that `keys` has to name the customer's own to
#   rule that one out. It corresponds to Security Hub's ECR.5, whose list of keys is a parameter too.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EncryptionConfiguration.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-5
# custom:
#   id: IM05
#   severity: medium
#   resources: ecr.repositories
#   covers:
#     aws-config: [ecr-repository-cmk-encryption-enabled]
#     checkov: [CKV_AWS_136]
#     kics: [ecr_repository_not_encrypted]
#     security-hub: [ECR.5]
#     trivy: [AWS-0033]
#   parameters: [repository_without_own_key]
#   remediation:
#     text: |
#       The encryption of a repository cannot be changed. Create another one with `--encryption-configuration
#       encryptionType=KMS,kmsKey=ARN`, copy the images with their tags, and register revisions that name them there.
package tidewaiter.controls.repository.repository_without_own_key

import rego.v1

import data.lib.repositories

params := data.params.repository_without_own_key

deny contains violation if {
	params.required == true
	some arn, repository in input.ecr.repositories
	type := encryption_type(repository)
	not type in {"KMS", "KMS_DSSE"}
	violation := {
		"resource": arn,
		"message": sprintf(
			"repository %q has the encryption type %s, expected KMS",
			[repositories.name(arn), type],
		),
		"evidence": {"path": "repositories[0].encryptionConfiguration.encryptionType", "value": type},
	}
}

deny contains violation if {
	params.required == true
	count(params.keys) > 0
	some arn, repository in input.ecr.repositories
	encryption_type(repository) in {"KMS", "KMS_DSSE"}
	key := object.get(repository, ["encryptionConfiguration", "kmsKey"], "")
	not key in params.keys
	violation := {
		"resource": arn,
		"message": sprintf(
			"repository %q is encrypted with key %q, expected one of the parameter repository_without_own_key.keys",
			[repositories.name(arn), key],
		),
		"evidence": {"path": "repositories[0].encryptionConfiguration.kmsKey", "value": key},
	}
}

exclude contains exclusion if {
	params.required != true
	some arn, _ in input.ecr.repositories
	exclusion := {"resource": arn, "reason": "the parameter repository_without_own_key.required is false"}
}

encryption_type(repository) := object.get(repository, ["encryptionConfiguration", "encryptionType"], "AES256")
