# METADATA
# title: GuardDuty Runtime Monitoring is activated for ECS in the account
# description: |
#   GuardDuty Runtime Monitoring watches processes, files and network connections inside tasks. When it is on for
#   Fargate, GuardDuty sets the account setting `guardDutyActivate` of ECS to `on`, which is how ECS knows that it has
#   to start the GuardDuty agent beside the containers; nobody else can set it. The control fails when the setting has
#   any other value. It is not applicable when the account settings of the Region were read and this one is not among
#   them, as in Regions that do not know it. It corresponds to Security Hub's GuardDuty.12, seen from the account
#   itself.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-12
# custom:
#   id: AC03
#   severity: medium
#   resources: accounts
#   covers:
#     security-hub: [GuardDuty.12]
#   remediation:
#     text: |
#       In GuardDuty, in the account or in the organization's delegated administrator account, turn on Runtime
#       Monitoring and its automated agent configuration for AWS Fargate (Amazon ECS only). The setting cannot be
#       changed in ECS. Tasks that already run get no agent: force new deployments.
package tidewaiter.controls.account.guardduty_not_activated

import rego.v1

import data.lib.account_settings

deny contains violation if {
	some account, _ in input.accounts
	violation := account_settings.violation(account, "guardDutyActivate", ["on"])
}

exclude contains exclusion if {
	account_settings.absent("guardDutyActivate")
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": account_settings.absence("guardDutyActivate")}
}
