# METADATA
# title: EC2 instances of ECS clusters require IMDSv2 and keep it to themselves
# description: |
#   The instance metadata service hands out the credentials of the instance's role. Version 1 answers any request, also
#   one that somebody tricked an application into; version 2 answers only who asked for a token first, and its answer
#   travels no further than the hop limit. The control fails when `HttpTokens` is not `required`. It fails as well when
#   `HttpPutResponseHopLimit` exceeds the parameter `open_instance_metadata.maximum_hop_limit` on an instance whose agent
#   gives tasks a network interface of their own (`awsvpc`): with 1, the default, the answer does not reach containers
#   behind a bridge, and tasks with an interface of their own need no more. A fleet whose containers use a bridge and
#   depend on the metadata needs 2. Where the metadata service is off (`HttpEndpoint` is `disabled`) there is nothing to
#   find. Instances that are being terminated, and those of ECS Managed Instances, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8
# custom:
#   id: CI03
#   severity: high
#   resources: ec2.instances
#   covers:
#     aws-config: [ec2-imdsv2-check]
#     checkov: [CKV_AWS_79]
#     prowler: [ec2_instance_imdsv2_enabled]
#     security-hub: [EC2.8, EC2.170]
#     trivy: [AWS-0028]
#   parameters: [open_instance_metadata]
#   remediation:
#     text: |
#       Call `aws ec2 modify-instance-metadata-options --http-tokens required --http-put-response-hop-limit 1`, which
#       takes effect at once, and set the same in the launch template. Look at the CloudWatch metric `MetadataNoToken`
#       first: it counts who still uses version 1.
package tidewaiter.controls.instance.open_instance_metadata

import rego.v1

import data.lib.instances

maximum := data.params.open_instance_metadata.maximum_hop_limit

deny contains violation if {
	some id, options in answering
	value := object.get(options, "HttpTokens", null)
	value != "required"
	violation := {
		"resource": id,
		"message": sprintf("instance %q has %s, expected HttpTokens required", [id, described("HttpTokens", value)]),
		"evidence": {"path": "MetadataOptions.HttpTokens", "value": value, "expected": "required"},
	}
}

deny contains violation if {
	some id, options in answering
	id in with_interfaces_for_tasks
	value := object.get(options, "HttpPutResponseHopLimit", null)
	not within(value)
	violation := {
		"resource": id,
		"message": sprintf(
			"instance %q has %s, expected HttpPutResponseHopLimit %v at most",
			[id, described("HttpPutResponseHopLimit", value), maximum],
		),
		"evidence": {"path": "MetadataOptions.HttpPutResponseHopLimit", "value": value, "expected": maximum},
	}
}

exclude contains exclusion if some exclusion in instances.excluded

# The metadata options of each judged instance whose metadata service may answer.
answering[id] := options if {
	some id, instance in instances.judged
	options := object.get(instance, "MetadataOptions", {})
	object.get(options, "HttpEndpoint", null) != "disabled"
}

# The agent registers it as an attribute.
with_interfaces_for_tasks contains instance.ec2InstanceId if {
	some instance in input.ecs.container_instances
	some attribute in instance.attributes
	attribute.name == "ecs.capability.task-eni"
}

within(value) if {
	is_number(value)
	value <= maximum
}

described(name, null) := sprintf("no %s", [name])

described(name, value) := sprintf("%s %v", [name, value]) if value != null
