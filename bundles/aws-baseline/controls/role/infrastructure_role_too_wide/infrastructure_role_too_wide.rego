# METADATA
# title: Infrastructure roles allow what Amazon ECS needs and nothing else
# description: |
#   Amazon ECS creates volumes, changes load balancers and starts instances with an infrastructure role, and whoever may
#   pass that role to a service decides what is done with it. AWS's managed policies hold it to what carries ECS's own
#   tags. The control looks at each role that services, tasks, EventBridge rules and schedules name for the volumes that
#   ECS manages, services and task sets for load balancers, services for VPC Lattice and for the certificates of Service
#   Connect, capacity providers for ECS Managed Instances, and Express Mode services, and fails when a policy of it allows
#   more than the policies of `infrastructure_role_too_wide.policies`, which are AWS's for these. These themselves are
#   accepted as they are, whichever of them a role needs; an allowance in any other policy is within them when one of
#   their statements has its action, its resource, and no condition that it does not have as well. What a denial without
#   a condition takes back as a whole does not count, nor does what the permissions boundary can have nothing of. A role
#   fails too when it has a policy that is not among those of IAM. Roles that ECS manages nothing with are not
#   applicable; those that lifecycle hooks call functions with are none of these.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-awsmanpol.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
# custom:
#   id: RL08
#   severity: medium
#   resources: iam.roles
#   covers: {}
#   remediation:
#     text: |
#       Attach the policy of AWS for what the role is for, such as `AmazonECSInfrastructureRolePolicyForVolumes`, and take
#       the other policies away. What has to be written by hand keeps AWS's conditions:
#       `{"Effect": "Allow", "Action": "ec2:DeleteVolume", "Resource": "arn:aws:ec2:*:*:volume/*", "Condition": {"StringEquals": {"aws:ResourceTag/AmazonECSManaged": "true"}, "ArnLike": {"aws:ResourceTag/AmazonECSCreated": "arn:aws:ecs:*:*:task/*"}}}`.
#       Keys of your own for volumes, and instance profiles with names of your own, belong in
#       `infrastructure_role_too_wide.policies` as statements.
package tidewaiter.controls.role.infrastructure_role_too_wide

import rego.v1

import data.lib.arns
import data.lib.grants
import data.lib.infrastructure_roles
import data.lib.role_bounds
import data.lib.wording

deny contains violation if {
	some arn, users in infrastructure_roles.uses
	found := role_bounds.beyond(input.iam.roles[arn], data.params.infrastructure_role_too_wide.policies)
	count(found) > 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"role %q, the infrastructure role for %s, allows %s, expected at most what AWS's policies for these allow",
			[arns.name(arn), wording.few(users), grants.named(found)],
		),
		"evidence": grants.evidence_of(found, users),
	}
}

deny contains violation if {
	some arn, users in infrastructure_roles.uses
	violation := grants.unseen_violation(arn, "the infrastructure role", users)
}

exclude contains exclusion if {
	roles := infrastructure_roles.uses
	some arn, _ in input.iam.roles
	not roles[arn]
	exclusion := {"resource": arn, "reason": "Amazon ECS manages no infrastructure with it"}
}
