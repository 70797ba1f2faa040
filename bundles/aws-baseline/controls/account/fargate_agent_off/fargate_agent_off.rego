# METADATA
# title: GuardDuty puts its agent beside the containers of Fargate tasks by itself
# description: |
#   On Fargate there is no host to install an agent on: Runtime Monitoring sees a task only when GuardDuty puts its
#   agent into it at the start. The control fails when the automated agent configuration for ECS on Fargate,
#   `ECS_FARGATE_AGENT_MANAGEMENT`, is anything but `ENABLED`, and as GD01 does, because without Runtime Monitoring it
#   has no effect. This is Security Hub's GuardDuty.12, read from GuardDuty; AC03 judges what ECS was told.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/managing-gdu-agent-ecs-automated.html
#   - https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DetectorAdditionalConfigurationResult.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-12
# custom:
#   id: GD02
#   severity: medium
#   resources: accounts
#   covers:
#     aws-config: [guardduty-ecs-protection-runtime-enabled]
#     security-hub: [GuardDuty.12]
#   remediation:
#     text: |
#       In GuardDuty, in the account or in the organization's delegated administrator account, enable the automated
#       agent configuration for AWS Fargate (Amazon ECS only). Task execution roles need to pull the agent's image
#       from ECR. Tasks that already run get no agent: force new deployments.
package tidewaiter.controls.account.fargate_agent_off

import rego.v1

import data.lib.guardduty

deny contains violation if {
	some arn, account in input.accounts
	some problem in guardduty.fargate_agent_off
	violation := {
		"resource": arn,
		"message": sprintf("account %s %s", [account.AccountId, problem.clause]),
		"evidence": problem.evidence,
	}
}
