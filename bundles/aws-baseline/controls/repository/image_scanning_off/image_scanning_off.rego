# METADATA
# title: ECR repositories have their images scanned
# description: |
#   An image that nobody scans carries its vulnerabilities into every task that runs it. What counts is how a
#   repository is scanned in effect, whether its own setting or the rules of the registry say so: the control fails
#   when its scan frequency is neither `SCAN_ON_PUSH` nor `CONTINUOUS_SCAN`. With the parameter
#   `image_scanning_off.scope` set to `in_use`, only repositories are judged that a container of a task definition
#   names; `all` is the default, as in Security Hub's ECR.1. A repository that vanished while the document was made is
#   not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryScanningConfiguration.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-1
# custom:
#   id: IM01
#   severity: high
#   resources: ecr.repositories
#   covers:
#     aws-config: [ecr-private-image-scanning-enabled]
#     checkov: [CKV_AWS_163]
#     kics: [unscanned_ecr_image]
#     prowler: [ecr_registry_scan_images_on_push_enabled, ecr_repositories_scan_images_on_push_enabled]
#     security-hub: [ECR.1]
#     trivy: [AWS-0030]
#   parameters: [image_scanning_off]
#   remediation:
#     text: |
#       Add a rule to the registry's scanning configuration with `aws ecr put-registry-scanning-configuration`, whose
#       filter matches the repository and whose frequency is `SCAN_ON_PUSH`, or `CONTINUOUS_SCAN` with enhanced
#       scanning. The scanning setting of a single repository is deprecated. Scan the images that are already there
#       with `aws ecr start-image-scan`.
package tidewaiter.controls.repository.image_scanning_off

import rego.v1

import data.lib.repositories

params := data.params.image_scanning_off

deny contains violation if {
	some arn, _ in input.ecr.repositories
	in_scope(arn)
	frequency := input.ecr.repository_scanning[arn].scanFrequency
	not frequency in {"CONTINUOUS_SCAN", "SCAN_ON_PUSH"}
	violation := {
		"resource": arn,
		"message": sprintf(
			"repository %q has the scan frequency %s, expected SCAN_ON_PUSH or CONTINUOUS_SCAN",
			[repositories.name(arn), frequency],
		),
		"evidence": {"path": "scanningConfigurations[0].scanFrequency", "value": frequency},
	}
}

exclude contains exclusion if {
	some arn, _ in input.ecr.repositories
	not in_scope(arn)
	exclusion := {"resource": arn, "reason": "no task definition names the repository"}
}

exclude contains exclusion if {
	input.coverage["ecr.repository_scanning"].status == "complete"
	some arn, _ in input.ecr.repositories
	in_scope(arn)
	object.get(input.ecr.repository_scanning, arn, null) == null
	exclusion := {"resource": arn, "reason": "the repository has vanished"}
}

in_scope(_) if params.scope != "in_use"

in_scope(arn) if repositories.name(arn) in repositories.in_use
