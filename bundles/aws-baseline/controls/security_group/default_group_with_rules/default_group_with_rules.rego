# METADATA
# title: Default security groups of VPCs that host ECS tasks have no rules
# description: |
#   What names no security group of its own gets the default one of its VPC: a service, a task, an instance, a load
#   balancer. As AWS makes it, all of them reach each other on every port, and the whole internet. Without rules the
#   forgotten group becomes a failed connection instead of an open one. The control fails for each inbound and outbound
#   rule of a default group. Other groups are not applicable, because SV04 judges those that services use; nor are
#   groups of VPCs in which no task runs and none is configured to start, which with the parameter
#   `judged_networks.scope` `all` are judged too, as by Security Hub's EC2.2.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-2
# custom:
#   id: NW06
#   severity: medium
#   resources: ec2.security_groups
#   covers:
#     aws-config: [vpc-default-security-group-closed]
#     checkov: [CKV2_AWS_12]
#     prowler: [ec2_securitygroup_default_restrict_traffic]
#     security-hub: [EC2.2]
#     trivy: [AWS-0173]
#   parameters: [judged_networks]
#   remediation:
#     text: |
#       See which network interfaces use the group, give what they belong to groups of its own, and then remove every
#       inbound and outbound rule of the default group. It cannot be deleted.
package tidewaiter.controls.security_group.default_group_with_rules

import rego.v1

import data.lib.hosting

directions := {"IpPermissions": "inbound", "IpPermissionsEgress": "outbound"}

deny contains violation if {
	some group, body in input.ec2.security_groups
	judged(body)
	some member, direction in directions
	n_rules := count(body[member])
	n_rules > 0
	violation := {
		"resource": group,
		"message": sprintf(
			"default security group %q of VPC %q has %s, expected none",
			[group, body.VpcId, numbered(n_rules, direction)],
		),
		"evidence": {"path": member, "value": n_rules, "expected": 0},
	}
}

exclude contains exclusion if {
	some group, body in input.ec2.security_groups
	not judged(body)
	exclusion := {"resource": group, "reason": reason(body)}
}

judged(body) if {
	body.GroupName == "default"
	not hosting.foreign(body)
	hosting.judges_vpc(body.VpcId)
}

reason(body) := "it is not the default group of its VPC" if {
	object.get(body, "GroupName", "") != "default"
} else := hosting.reason(body)

numbered(n_rules, direction) := sprintf("1 %s rule", [direction]) if n_rules == 1

numbered(n_rules, direction) := sprintf("%d %s rules", [n_rules, direction]) if n_rules > 1
