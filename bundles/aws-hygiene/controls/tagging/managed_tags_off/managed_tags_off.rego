# METADATA
# title: ECS services use ECS managed tags
# description: |
#   With ECS managed tags, ECS tags every task of a service with the names of its cluster and service
#   (`aws:ecs:clusterName`, `aws:ecs:serviceName`). They cannot be forged or forgotten, and cost allocation by cluster
#   and service needs them. The control fails when `enableECSManagedTags` is not true.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
# custom:
#   id: SV06
#   severity: low
#   resources: ecs.services
#   covers:
#     iam-condition-keys: [ecs:enable-ecs-managed-tags]
#   remediation:
#     text: |
#       Set `enableECSManagedTags` to true. Only tasks that start afterwards get the tags: force a new deployment to
#       replace the running ones.
#     action: ecs.service.update
package tidewaiter.controls.tagging.managed_tags_off

import rego.v1

import data.lib.arns
import data.lib.values

deny contains violation if {
	some arn, service in input.ecs.services
	value := object.get(service, "enableECSManagedTags", null)
	value != true
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf("service %q has %s, expected true", [arns.name(arn), described(value)]),
		"evidence": {"path": "enableECSManagedTags", "value": value, "expected": true},
	}
}

described(null) := "no enableECSManagedTags"

described(value) := sprintf("enableECSManagedTags %v", [value]) if value != null
