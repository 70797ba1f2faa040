# METADATA
# title: The ECR registry scans images with enhanced scanning
# description: |
#   Basic scanning looks for the vulnerabilities of operating system packages, once, when an image is pushed. Enhanced
#   scanning, which is Amazon Inspector's, knows the packages of programming languages too, and finds again what became
#   known after the push. The control fails when the scan type of the account's private registry is anything but
#   `ENHANCED`; which repositories its rules cover is for IM01 to say. It is not applicable when the account has no
#   repository in the Region.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetRegistryScanningConfiguration.html
# custom:
#   id: IM02
#   severity: medium
#   resources: accounts
#   covers:
#     security-hub: [Inspector.2]
#   remediation:
#     text: |
#       Turn on ECR scanning in Amazon Inspector, in the account or in the organization's delegated administrator
#       account, or set `aws ecr put-registry-scanning-configuration --scan-type ENHANCED` with rules for the
#       repositories. Inspector charges for each image and each scan.
package tidewaiter.controls.account.enhanced_scanning_off

import rego.v1

deny contains violation if {
	some arn, account in input.accounts
	not without_repositories
	type := input.ecr.registry_scanning[account.AccountId].scanningConfiguration.scanType
	type != "ENHANCED"
	violation := {
		"resource": arn,
		"message": sprintf(
			"account %s has a registry with the scan type %s, expected ENHANCED",
			[account.AccountId, type],
		),
		"evidence": {"path": "scanningConfiguration.scanType", "value": type},
	}
}

exclude contains exclusion if {
	without_repositories
	some arn, _ in input.accounts
	exclusion := {"resource": arn, "reason": "the account has no repository in this Region"}
}

# Only a complete list tells that there is none.
without_repositories if {
	input.coverage["ecr.repositories"].status == "complete"
	not any_repository
}

any_repository if some _, _ in input.ecr.repositories
