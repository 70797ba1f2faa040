# METADATA
# title: ECR repositories have a lifecycle policy
# description: |
#   Without a lifecycle policy every image ever pushed stays: old ones with known vulnerabilities can still be run,
#   and all of them are paid for. The control fails when a repository has no lifecycle policy, as Security Hub's ECR.3
#   does, and when its policy has no rule. What the rules say is not judged. That there is no policy is only known
#   when those of all repositories were read.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-3
# custom:
#   id: IM04
#   severity: low
#   resources: ecr.repositories
#   covers:
#     aws-config: [ecr-private-lifecycle-policy-configured]
#     prowler: [ecr_repositories_lifecycle_policy_enabled]
#     security-hub: [ECR.3]
#   remediation:
#     text: |
#       Write rules that expire untagged images and all but the last images of each line, preview them with `aws ecr
#       start-lifecycle-policy-preview`, and set them with `aws ecr put-lifecycle-policy`. A rule does not know which
#       images are in use: keep more of them than the oldest revision that may still be started needs.
package tidewaiter.controls.upkeep.lifecycle_policy_missing

import rego.v1

import data.lib.repositories

deny contains violation if {
	input.coverage["ecr.lifecycle_policies"].status == "complete"
	some arn, _ in input.ecr.repositories
	object.get(input.ecr.lifecycle_policies, arn, null) == null
	violation := {
		"resource": arn,
		"message": sprintf("repository %q has no lifecycle policy, expected one", [repositories.name(arn)]),
		"evidence": {"path": "lifecyclePolicyText", "value": null},
	}
}

deny contains violation if {
	some arn, _ in input.ecr.repositories
	policy := input.ecr.lifecycle_policies[arn].lifecyclePolicyText
	count(object.get(policy, "rules", [])) == 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"repository %q has a lifecycle policy without rules, expected at least one",
			[repositories.name(arn)],
		),
		"evidence": {"path": "lifecyclePolicyText", "value": policy},
	}
}
