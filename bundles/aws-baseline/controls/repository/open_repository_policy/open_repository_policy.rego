# METADATA
# title: ECR repository policies let in trusted accounts and organizations only
# description: |
#   A repository policy lets in others beside the account's own identities. Who may pull gets code, and what was left
#   in its layers; who may push puts code into every task that takes the image. The control fails when a statement
#   that allows something names everybody, which includes `NotPrincipal`; names an account that is neither the own one
#   nor in the parameter `open_repository_policy.trusted_accounts`; or names a principal of which nobody can tell who
#   it is, as the id that is left of a deleted role. A statement is fine, whomever it names, when a condition limits
#   it to trusted accounts, to an organization or to one VPC or VPC endpoint; `trusted_organizations` says which
#   organizations, while it is empty any that is named by its id. Conditions that also hold where their key is
#   missing, with `IfExists` or `ForAllValues`, limit nothing, and a statement that denies takes nothing back here.
#   Services of AWS may be named. A repository without a policy lets in nobody else and passes.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# custom:
#   id: IM07
#   severity: critical
#   resources: ecr.repositories
#   covers:
#     checkov: [CKV_AWS_32]
#     kics: [ecr_repository_is_publicly_accessible]
#     prowler: [ecr_repositories_not_publicly_accessible]
#     trivy: [AWS-0032]
#   parameters: [open_repository_policy]
#   remediation:
#     text: |
#       Name the accounts that need the images, or put a condition on `aws:PrincipalOrgID` beside `"Principal": "*"`,
#       and set the policy with `aws ecr set-repository-policy`. Look in CloudTrail for `BatchGetImage` and `PutImage`
#       from other accounts first, and for what was pushed meanwhile. Accounts that are to be let in belong into
#       `open_repository_policy.trusted_accounts`.
package tidewaiter.controls.repository.open_repository_policy

import rego.v1

import data.lib.repositories
import data.lib.resource_policies

trusted := {
	"accounts": {input.account.id} | {account | some account in data.params.open_repository_policy.trusted_accounts},
	"organizations": {id | some id in data.params.open_repository_policy.trusted_organizations},
}

deny contains violation if {
	some arn, _ in input.ecr.repositories
	policy := input.ecr.repository_policies[arn].policyText
	some stranger in resource_policies.strangers(policy, trusted)
	violation := {
		"resource": arn,
		"message": sprintf(
			"repository %q lets in %s, expected trusted accounts or organizations only",
			[repositories.name(arn), stranger.who],
		),
		"evidence": {
			"path": sprintf("policyText.Statement[%d]", [stranger.index]),
			"value": stranger.statement,
		},
	}
}
