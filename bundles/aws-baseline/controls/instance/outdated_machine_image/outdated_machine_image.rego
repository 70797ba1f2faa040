# METADATA
# title: EC2 instances of ECS clusters run a recent machine image
# description: |
#   The machine image brings the kernel, the container runtime and the agent with whatever was known to be wrong with
#   them on the day it was made. The control fails when the image is older than the parameter
#   `outdated_machine_image.maximum_age_days`, 90 by default, when it does not say when it was made, when its owner has
#   deprecated it, whatever its age, and when it cannot be seen any more, because it was deregistered or is not shared
#   with this account: nobody can start such an instance again, or say what is in it. With `outdated_machine_image.recommended_only` it fails as well for an image that is
#   not one of those that AWS recommends for ECS today (Amazon Linux, Bottlerocket or Windows); that is off by default,
#   since AWS publishes new ones every few days and organisations build images of their own. Instances that are being
#   terminated, and those of ECS Managed Instances, are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-optimized_AMI.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
#   - https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
# custom:
#   id: CI06
#   severity: medium
#   resources: ec2.instances
#   covers:
#     prowler: [ec2_instance_with_outdated_ami]
#   parameters: [outdated_machine_image]
#   remediation:
#     text: |
#       Let the launch template take its image from the public parameter
#       `resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`, or build your own image from
#       it on a schedule, and replace the instances, which an instance refresh of the Auto Scaling group does.
package tidewaiter.controls.instance.outdated_machine_image

import rego.v1

import data.lib.evidence
import data.lib.instances
import data.lib.moments

params := data.params.outdated_machine_image

deny contains violation if {
	some id, instance in instances.judged
	created := input.ec2.machine_images[instance.ImageId].CreationDate
	days := moments.days_since(created)
	days > params.maximum_age_days
	violation := {
		"resource": id,
		"message": sprintf(
			"instance %q runs AMI %q, which is %d days old, expected %v at most",
			[id, instance.ImageId, floor(days), params.maximum_age_days],
		),
		"evidence": object.union(named(instance), {"image": {"path": "CreationDate", "value": created}}),
	}
}

deny contains violation if {
	some id, instance in instances.judged
	created := object.get(input.ec2.machine_images[instance.ImageId], "CreationDate", null)
	not moments.days_since(created)
	violation := {
		"resource": id,
		"message": sprintf(
			"instance %q runs AMI %q, which does not say when it was made, expected %v days of age at most",
			[id, instance.ImageId, params.maximum_age_days],
		),
		"evidence": object.union(named(instance), {"image": {"path": "CreationDate", "value": created}}),
	}
}

deny contains violation if {
	some id, instance in instances.judged
	deprecated := input.ec2.machine_images[instance.ImageId].DeprecationTime
	moments.days_since(deprecated) >= 0
	violation := {
		"resource": id,
		"message": sprintf(
			"instance %q runs AMI %q, which was deprecated on %s, expected one that its owner maintains",
			[id, instance.ImageId, substring(deprecated, 0, 10)],
		),
		"evidence": object.union(named(instance), {"image": {"path": "DeprecationTime", "value": deprecated}}),
	}
}

deny contains violation if {
	some id, instance in instances.judged
	image := object.get(instance, "ImageId", "")
	object.get(input, ["ec2", "machine_images", image], null) == null
	evidence.looked_up("ec2.machine_images", image)
	violation := {
		"resource": id,
		"message": sprintf(
			"instance %q runs AMI %q, which was deregistered or is not shared any more, expected one that can be seen",
			[id, image],
		),
		"evidence": named(instance),
	}
}

deny contains violation if {
	params.recommended_only == true
	input.coverage["ssm.recommended_amis"].status == "complete"
	some id, instance in instances.judged
	image := object.get(instance, "ImageId", "")
	not image in recommended
	violation := {
		"resource": id,
		"message": sprintf("instance %q runs AMI %q, expected one that AWS recommends for ECS today", [id, image]),
		"evidence": named(instance),
	}
}

exclude contains exclusion if some exclusion in instances.excluded

recommended := {parameter.Value | some parameter in input.ssm.recommended_amis}

named(instance) := {"path": "ImageId", "value": object.get(instance, "ImageId", null)}
