# METADATA
# title: ECS authorizes tags that are set while a resource is created
# description: |
#   With the account setting `tagResourceAuthorization` on, whoever creates a resource with tags needs the permission
#   `ecs:TagResource` for them; without it, permissions that go by tags can be got around by creating a resource with the
#   right tags. AWS turned it on for every account on 29 March 2024. The control fails when the setting has any value
#   but `on`. It is not applicable when the account settings of the Region were read and this one is not among them.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
# custom:
#   id: AC02
#   severity: medium
#   resources: accounts
#   covers: {}
#   remediation:
#     text: |
#       Give those who create resources with tags the permission `ecs:TagResource`, limited by `ecs:CreateAction`, then
#       call `aws ecs put-account-setting-default --name tagResourceAuthorization --value on`.
package tidewaiter.controls.tagging.tagging_unauthorized

import rego.v1

import data.lib.account_settings

deny contains violation if {
	some account, _ in input.accounts
	violation := account_settings.violation(account, "tagResourceAuthorization", ["on"])
}

exclude contains exclusion if {
	account_settings.absent("tagResourceAuthorization")
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": account_settings.absence("tagResourceAuthorization")}
}
