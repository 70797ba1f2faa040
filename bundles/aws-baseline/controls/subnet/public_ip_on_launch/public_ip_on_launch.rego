# METADATA
# title: Subnets that host ECS tasks do not assign public IP addresses on launch
# description: |
#   A subnet with `MapPublicIpOnLaunch` gives each EC2 instance that is started in it a public IP address unless the
#   launch says otherwise, and so puts container instances on the internet by accident. For tasks on Fargate
#   `assignPublicIp` decides, which SV01, TS01 and TK02 judge. The control fails when `MapPublicIpOnLaunch` is there
#   and is not false. Subnets in which no task runs, no container instance is and none is configured to start a task
#   are not applicable; with the parameter `judged_networks.scope` `all` they are judged too, as by Security Hub's
#   EC2.15. A subnet that another account shares is not applicable: only its owner can change it.
# related_resources:
#   - https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15
# custom:
#   id: NW05
#   severity: medium
#   resources: ec2.subnets
#   covers:
#     aws-config: [subnet-auto-assign-public-ip-disabled]
#     checkov: [CKV_AWS_130]
#     prowler: [vpc_subnet_no_public_ip_by_default]
#     security-hub: [EC2.15]
#     trivy: [AWS-0164]
#   parameters: [judged_networks]
#   remediation:
#     text: |
#       Turn it off with `aws ec2 modify-subnet-attribute --no-map-public-ip-on-launch`, which changes nothing for what
#       runs already. Let launch templates ask for a public IP address where an instance needs one.
package tidewaiter.controls.subnet.public_ip_on_launch

import rego.v1

import data.lib.hosting

deny contains violation if {
	some subnet in hosting.judged_subnets
	value := input.ec2.subnets[subnet].MapPublicIpOnLaunch
	value != false
	violation := {
		"resource": subnet,
		"message": sprintf("subnet %q has MapPublicIpOnLaunch %v, expected false", [subnet, value]),
		"evidence": {"path": "MapPublicIpOnLaunch", "value": value, "expected": false},
	}
}

exclude contains exclusion if some exclusion in hosting.excluded_subnets
