# METADATA
# title: New ECS clusters begin with Container Insights on
# description: |
#   The account setting `containerInsights` is what a cluster begins with when whoever creates it says nothing; with it
#   on, nobody can forget Container Insights. The control fails when the setting is not one of the parameter
#   `container_insights_off.accepted`, which holds `enabled` and `enhanced`. It says nothing of the clusters that exist,
#   which CL01 judges. It is not applicable when the account settings of the Region were read and this one is not among
#   them.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html
# custom:
#   id: AC01
#   severity: low
#   resources: accounts
#   covers: {}
#   parameters: [container_insights_off]
#   remediation:
#     text: |
#       Call `aws ecs put-account-setting-default --name containerInsights --value enhanced` in each Region. Clusters
#       that exist stay as they are, and users and roles with a setting of their own keep it. CloudWatch charges for the
#       metrics.
package tidewaiter.controls.operation.container_insights_default_off

import rego.v1

import data.lib.account_settings

deny contains violation if {
	some account, _ in input.accounts
	violation := account_settings.violation(
		account,
		"containerInsights",
		data.params.container_insights_off.accepted,
	)
}

exclude contains exclusion if {
	account_settings.absent("containerInsights")
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": account_settings.absence("containerInsights")}
}
