# METADATA
# title: Containers hold no Linux capability beyond the chosen profile
# description: |
#   Capabilities are the pieces that root's power is made of. The control works out what each container starts with,
#   as Docker does from its default set, `add`, `drop` and `privileged`, and compares that with the profile: at most
#   Docker's defaults (`restrict-nondefaults`), the same without NET_RAW (`baseline`), NET_BIND_SERVICE at most
#   (`restricted`), or nothing (`restrict-all`). Under the three narrower profiles a container that drops nothing
#   fails. The profiles are those that Trend Vision One Container Security has. Windows has no capabilities, so
#   definitions for it are left out.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
#   - https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
# custom:
#   id: TD10
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [containerCapabilities]
#   parameters: [capabilities]
#   remediation:
#     text: |
#       Register a revision in which the container drops what the finding lists, or does not add it: for `restricted`,
#       set `linuxParameters.capabilities.drop` to `["ALL"]` and add back NET_BIND_SERVICE if the container listens on
#       a port below 1024. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.task_definition.excess_capabilities

import rego.v1

import data.lib.capabilities
import data.lib.containers

profile := data.params.capabilities.profile

deny contains violation if {
	allowed := capabilities.profiles[profile]
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	beyond := capabilities.effective(container) - allowed
	count(beyond) > 0
	excess := beyond - capabilities.tolerated(definition)
	count(excess) > 0
	problem := capabilities.problem(index, container, excess, profile)
	violation := {"resource": arn, "message": problem.message, "evidence": problem.evidence}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no Linux capabilities"}
}

exclude contains exclusion if {
	not capabilities.profiles[profile]
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	exclusion := {
		"resource": arn,
		"reason": sprintf("the parameter capabilities.profile is %q, which is no profile", [profile]),
	}
}
