# METADATA
# title: Amazon Inspector scans the images in ECR
# description: |
#   Inspector looks into images when they are pushed, and again whenever a vulnerability becomes known. The control
#   fails when the status of ECR scanning in the account and Region is anything but `ENABLED`, also while it is being
#   turned on, and when Inspector was asked and names no status. In an organization, what the delegated administrator
#   decides shows in each member. This is Security Hub's Inspector.2.
# related_resources:
#   - https://docs.aws.amazon.com/inspector/latest/user/scanning-ecr.html
#   - https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/inspector-controls.html#inspector-2
# custom:
#   id: GD03
#   severity: high
#   resources: accounts
#   covers:
#     aws-config: [inspector-ecr-scan-enabled]
#     prowler: [inspector2_is_enabled]
#     security-hub: [Inspector.2]
#   remediation:
#     text: |
#       Turn it on with `aws inspector2 enable --resource-types ECR`, in the account or, for its members, in the
#       organization's delegated administrator account. This sets the registry to enhanced scanning (IM02).
package tidewaiter.controls.account.inspector_scanning_off

import rego.v1

import data.lib.evidence

deny contains violation if {
	some arn, account in input.accounts
	status := status_of(account.AccountId)
	status != "ENABLED"
	violation := {
		"resource": arn,
		"message": sprintf(
			"account %s has ECR scanning by Amazon Inspector %s, expected ENABLED",
			[account.AccountId, status],
		),
		"evidence": {"path": "accounts[0].resourceState.ecr.status", "value": status},
	}
}

status_of(account) := object.get(state, ["resourceState", "ecr", "status"], "DISABLED") if {
	state := input.inspector2.account_status[account]
} else := "DISABLED" if {
	evidence.looked_up("inspector2.account_status", account)
}
