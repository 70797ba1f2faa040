# METADATA
# title: Account settings may not be changed freely
# description: |
#   Account settings decide for a whole Region whether tasks get tags, network interfaces of their own and insights.
#   The control looks at each user and role that may call `ecs:PutAccountSetting`, `ecs:PutAccountSettingDefault` or
#   `ecs:DeleteAccountSetting`, and fails when a statement lets it do so without `ecs:account-setting` being limited
#   to a list of settings.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_service-with-iam.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
# custom:
#   id: IA22
#   severity: medium
#   resources: iam.access
#   covers: {}
#   parameters: [judged_principals]
#   remediation:
#     text: |
#       Leave these actions to the one role that sets an account up, and name the settings: `"Condition":
#       {"StringEquals": {"ecs:account-setting": ["containerInsights"]}}`.
package tidewaiter.controls.principal.unlimited_account_settings

import rego.v1

import data.lib.access

deny contains violation if some violation in access.violations(limits)

exclude contains exclusion if some exclusion in access.exclusions(actions)


actions := {"ecs:DeleteAccountSetting", "ecs:PutAccountSetting", "ecs:PutAccountSettingDefault"}

limits := [{
	"key": "ecs:account-setting",
	"creates": actions,
	"changes": set(),
	"may_be_absent": false,
	"allowed": set(),
	"refused": set(),
	"says": "a list of settings",
	"fix": [{"StringNotEquals": {"ecs:account-setting": ["containerInsights"]}}],
}]
