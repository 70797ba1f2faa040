# METADATA
# title: ECS services do not assign public IP addresses to their tasks
# description: |
#   A task whose network interface has a public IP address can be reached from the internet as soon as one rule of one
#   security group allows it. Traffic should come in through a load balancer and go out through a NAT gateway or VPC
#   endpoints. The control fails when `assignPublicIp` is present and is not `DISABLED`; leaving it out means `DISABLED`
#   in the ECS API. Older deployments that still run tasks are judged too. Services whose tasks use the network of their
#   host are not applicable, and neither are services with external deployments, whose task sets TS01 judges. This is
#   Security Hub's ECS.2.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-2
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
# custom:
#   id: SV01
#   severity: high
#   resources: ecs.services
#   covers:
#     checkov: [CKV_AWS_333]
#     control-tower: [CT.ECS.PR.9]
#     iam-condition-keys: [ecs:auto-assign-public-ip]
#     kics: [ecs_services_assigned_with_public_ip_address]
#     powerpipe: [ecs_service_not_publicly_accessible]
#     prowler: [ecs_service_no_assign_public_ip]
#     security-hub: [ECS.2]
#   remediation:
#     text: |
#       Set `assignPublicIp` to `DISABLED` in the service's network configuration, which starts a new deployment. First
#       see to it that the tasks can still pull their images and reach what they call: put them in subnets with a route
#       to a NAT gateway, or add VPC endpoints for Amazon ECR, Amazon S3, CloudWatch Logs and what else they use.
package tidewaiter.controls.service.public_ip_assigned

import rego.v1

import data.lib.network

deny contains violation if {
	some arn, service in input.ecs.services
	some configuration in network.configurations(service)
	value := network.public_ip_setting(configuration.awsvpc)
	violation := {
		"resource": arn,
		"message": sprintf(
			"%s has assignPublicIp %v, expected DISABLED",
			[network.subject(arn, configuration), value],
		),
		"evidence": {
			"path": network.path_of(configuration, "assignPublicIp"),
			"value": value,
			"expected": "DISABLED",
		},
	}
}

exclude contains exclusion if {
	some arn, service in input.ecs.services
	not network.uses_awsvpc(service)
	exclusion := {"resource": arn, "reason": "the service has no awsvpc network configuration"}
}
