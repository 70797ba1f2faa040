# METADATA
# title: ECS clusters have Container Insights on
# description: |
#   Container Insights collects metrics of a cluster's services and tasks and keeps diagnostic events of containers that
#   failed; without it there is little to look at after an incident. The control fails when the cluster setting
#   `containerInsights` is absent or not one of the parameter `container_insights_off.accepted`, which holds `enabled`
#   and `enhanced`. This is Security Hub's ECS.12.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-12
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html
# custom:
#   id: CL01
#   severity: medium
#   resources: ecs.clusters
#   covers:
#     aws-config: [ecs-container-insights-enabled]
#     checkov: [CKV_AWS_65]
#     control-tower: [CT.ECS.PR.2]
#     kics: [ecs_cluster_container_insights_disabled]
#     powerpipe: [ecs_cluster_container_insights_enabled]
#     prowler: [ecs_cluster_container_insights_enabled]
#     security-hub: [ECS.12]
#     trivy: [AWS-0034]
#   parameters: [container_insights_off]
#   remediation:
#     text: |
#       Set it on the cluster with `aws ecs update-cluster-settings --cluster NAME --settings
#       name=containerInsights,value=enhanced`; nothing is restarted. Set the account setting `containerInsights`
#       likewise, so that new clusters begin with it. CloudWatch charges for the metrics.
#     action: ecs.cluster.update_settings
package tidewaiter.controls.operation.container_insights_off

import rego.v1

import data.lib.arns
import data.lib.values

accepted := data.params.container_insights_off.accepted

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	found := [setting.value | some setting in cluster.settings; setting.name == "containerInsights"]
	value := array.concat(found, [null])[0]
	not value in accepted
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has %s, expected %s",
			[arns.name(arn), described(value), concat(" or ", accepted)],
		),
		"evidence": {
			"path": "settings[?name=='containerInsights'].value",
			"value": value,
			"expected": accepted,
		},
	}
}

described(null) := "no setting containerInsights"

described(value) := sprintf("the setting containerInsights %v", [value]) if value != null
