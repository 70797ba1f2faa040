# METADATA
# title: Fargate runs tasks in the required FIPS mode
# description: |
#   The account setting `fargateFIPSMode` decides whether tasks on Fargate start with cryptography that complies with
#   FIPS 140. The control fails when the setting is not what the parameter `fargate_fips_mode_not_as_required.required`
#   says; while that is empty, no account is judged. It is not applicable either when the account settings of the Region
#   were read and this one is not among them, as in Regions without FIPS mode.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-fips-compliance.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
# custom:
#   id: AC04
#   severity: low
#   resources: accounts
#   covers: {}
#   parameters: [fargate_fips_mode_not_as_required]
#   remediation:
#     text: |
#       Call `aws ecs put-account-setting-default --name fargateFIPSMode` with the required value in each Region, then
#       force new deployments: tasks that run keep the mode in which they started.
package tidewaiter.controls.account.fargate_fips_mode_not_as_required

import rego.v1

import data.lib.account_settings

required := data.params.fargate_fips_mode_not_as_required.required

deny contains violation if {
	required != ""
	some account, _ in input.accounts
	violation := account_settings.violation(account, "fargateFIPSMode", [required])
}

exclude contains exclusion if {
	required == ""
	some account, _ in input.accounts
	exclusion := {
		"resource": account,
		"reason": "the parameter fargate_fips_mode_not_as_required.required is empty",
	}
}

exclude contains exclusion if {
	required != ""
	account_settings.absent("fargateFIPSMode")
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": account_settings.absence("fargateFIPSMode")}
}
