# METADATA
# title: GuardDuty Runtime Monitoring is on in the account
# description: |
#   Runtime Monitoring sees what no setting shows: processes, files and network connections inside containers and
#   instances that run. The control fails when the account has no GuardDuty detector in the Region, when its detector
#   is suspended, and when the feature `RUNTIME_MONITORING` of the detector is anything but `ENABLED`. The older
#   feature `EKS_RUNTIME_MONITORING` does not watch ECS. What a delegated administrator decides for its members shows
#   in each member. That there is no detector is only known when all of them were listed. This is Security Hub's
#   GuardDuty.11.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring.html
#   - https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-11
# custom:
#   id: GD01
#   severity: high
#   resources: accounts
#   covers:
#     security-hub: [GuardDuty.11]
#   remediation:
#     text: |
#       Turn on GuardDuty in the Region, then Runtime Monitoring with `aws guardduty update-detector`, in the account
#       or in the organization's delegated administrator account. With the automated agent (GD02), tasks on Fargate
#       get the agent when they start; container instances get it from Systems Manager.
package tidewaiter.controls.account.runtime_monitoring_off

import rego.v1

import data.lib.guardduty

deny contains violation if {
	some arn, account in input.accounts
	some problem in guardduty.runtime_monitoring_off
	violation := {
		"resource": arn,
		"message": sprintf("account %s %s", [account.AccountId, problem.clause]),
		"evidence": problem.evidence,
	}
}
