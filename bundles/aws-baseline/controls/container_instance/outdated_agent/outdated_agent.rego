# METADATA
# title: ECS container instances run a current agent
# description: |
#   The agent starts every container on its instance and hands out the credentials of its tasks; fixes reach it only with
#   a new version. The control fails when the agent's version is lower than the parameter `outdated_agent.minimum`, and
#   when the instance names no version, or one that cannot be read. The default, 1.70.0, is the first that resolves the
#   digests of images from every registry; raise it with your patching. While it is empty, no instance is judged. AWS
#   keeps the agent of ECS Managed Instances current by replacing them; they are judged all the same.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-versions.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-update.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_VersionInfo.html
# custom:
#   id: CI02
#   severity: medium
#   resources: ecs.container_instances
#   covers:
#     cloud-custodian: [ecs-container-instance.update-agent]
#   parameters: [outdated_agent]
#   remediation:
#     text: |
#       Replace the instance by one from the current ECS-optimized AMI, which also brings the patches of its operating
#       system; or call `aws ecs update-container-agent`, where the AMI supports that.
package tidewaiter.controls.container_instance.outdated_agent

import rego.v1

import data.lib.arns

minimum := data.params.outdated_agent.minimum

deny contains violation if {
	minimum != ""
	some arn, instance in input.ecs.container_instances
	value := object.get(instance, ["versionInfo", "agentVersion"], null)
	not current(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"container instance %q (%s) runs %s, expected %s or later",
			[arns.name(arn), object.get(instance, "ec2InstanceId", "of no instance id"), described(value), minimum],
		),
		"evidence": {"path": "versionInfo.agentVersion", "value": value, "expected": minimum},
	}
}

exclude contains exclusion if {
	minimum == ""
	some arn, _ in input.ecs.container_instances
	exclusion := {"resource": arn, "reason": "the parameter outdated_agent.minimum is empty"}
}

# Some agents say `v1.2.3`.
current(version) if {
	is_string(version)
	number := trim_prefix(version, "v")
	semver.is_valid(number)
	semver.compare(number, minimum) >= 0
}

described(null) := "an agent of no version"

described(value) := sprintf("agent version %v", [value]) if value != null
