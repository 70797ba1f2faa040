# METADATA
# title: Container instance roles allow what the agent needs and nothing else
# description: |
#   Every container that reaches the metadata of its instance has the rights of the instance's role, whatever task role it
#   has. The control looks at each role that container instances have through their instance profile, and at the one that
#   capacity providers give to ECS Managed Instances, and fails when a policy of it allows more than the policies of
#   `container_instance_role_too_wide.policies`: AWS's `AmazonEC2ContainerServiceforEC2Role` and
#   `AmazonECSInstanceRolePolicyForManagedInstances`, `AmazonSSMManagedInstanceCore` of Systems Manager, and
#   `CloudWatchAgentServerPolicy`. These themselves are accepted as they are; an allowance in any other policy is within
#   them when one of their statements has its action, its resource, and no condition that it does not have as well. What
#   a denial without a condition takes back as a whole does not count, nor does what the permissions boundary can have
#   nothing of. A role fails too when it has a policy that is not among those of IAM. The roles of external instances
#   are not known. Roles that no container instance has are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
# custom:
#   id: RL07
#   severity: high
#   resources: iam.roles
#   covers: {}
#   remediation:
#     text: |
#       Attach `AmazonEC2ContainerServiceforEC2Role` and take the other policies away:
#       `aws iam detach-role-policy --role-name ROLE --policy-arn ARN` or
#       `aws iam delete-role-policy --role-name ROLE --policy-name NAME`. Give what the applications on the instances call
#       to their task roles first. What the machines themselves need, such as reading one bucket when they start, belongs
#       in `container_instance_role_too_wide.policies` as a statement:
#       `{Action: "s3:GetObject", Resource: "arn:aws:s3:::BUCKET/*"}`.
package tidewaiter.controls.role.container_instance_role_too_wide

import rego.v1

import data.lib.arns
import data.lib.grants
import data.lib.instance_roles
import data.lib.role_bounds
import data.lib.wording

deny contains violation if {
	some arn, users in instance_roles.of_instances
	found := role_bounds.beyond(input.iam.roles[arn], data.params.container_instance_role_too_wide.policies)
	count(found) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q of %s allows %s, expected at most what %s",
			[
				arns.name(arn),
				wording.few(users),
				grants.named(found),
				"AmazonEC2ContainerServiceforEC2Role and the other policies of the parameters allow",
			],
		),
		"evidence": grants.evidence_of(found, users),
	}
}

deny contains violation if {
	some arn, users in instance_roles.of_instances
	violation := grants.unseen_violation(arn, "the role", users)
}

exclude contains exclusion if {
	roles := instance_roles.of_instances
	some arn, _ in input.iam.roles
	not roles[arn]
	exclusion := {"resource": arn, "reason": "no container instance has it"}
}
