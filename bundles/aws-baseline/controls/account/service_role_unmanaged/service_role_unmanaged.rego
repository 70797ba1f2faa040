# METADATA
# title: ECS acts with its service-linked role
# description: |
#   With the service-linked role AWS keeps the rights of ECS as small as they can be, and nobody can give that role to
#   something else. The control fails when there are clusters and `AWSServiceRoleForECS` is missing, which AWS creates
#   with the first cluster or service unless it may not, or when a service names a role of the account's own, such as
#   `ecsServiceRole`, to register its tasks with load balancers. It is not applicable where there are no clusters.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_IAM_role.html
# custom:
#   id: IA26
#   severity: low
#   resources: accounts
#   covers: {}
#   remediation:
#     text: |
#       Call `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`, create services anew without
#       `--role`, and delete the role that they named.
package tidewaiter.controls.account.service_role_unmanaged

import rego.v1

import data.lib.arns

deny contains violation if {
	input.coverage["iam.roles"].status == "complete"
	count(linked) == 0
	count(input.ecs.clusters) > 0
	some account, _ in input.accounts
	violation := {
		"resource": account,
		"message": "the service-linked role AWSServiceRoleForECS is missing, expected it where there are clusters",
		"evidence": {"path": "iam.roles", "value": null},
	}
}

deny contains violation if {
	some account, _ in input.accounts
	some arn, service in input.ecs.services
	object.get(service, "status", "ACTIVE") != "INACTIVE"
	is_string(service.roleArn)
	not contains(service.roleArn, "role/aws-service-role/ecs.amazonaws.com/")
	violation := {
		"resource": account,
		"message": sprintf("service %q acts with role %q, expected the service-linked role AWSServiceRoleForECS", [
			arns.name(arn),
			arns.name(service.roleArn),
		]),
		"evidence": {"path": "roleArn", "value": service.roleArn, "service": arn},
	}
}

exclude contains exclusion if {
	count(input.ecs.clusters) == 0
	some account, _ in input.accounts
	exclusion := {"resource": account, "reason": "there are no clusters"}
}

linked contains arn if {
	some arn, _ in input.iam.roles
	endswith(arn, ":role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
}
