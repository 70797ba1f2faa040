# METADATA
# title: Containers keep the admission rules containerCapabilities
# description: |
#   Trend Vision One's rule containerCapabilities: a container violates it when it starts with a Linux capability that
#   the profile `capabilityRestriction` does not allow. `restrict-nondefaults` allows what Docker gives by default,
#   `baseline` the same without NET_RAW, `restricted` NET_BIND_SERVICE alone, and `restrict-all` nothing. What a
#   container starts with follows from Docker's default, `add`, `drop` and `privileged`, as in TD10; under the three
#   narrower profiles one that drops nothing violates the rule. Windows has no capabilities, so definitions for it are
#   not applicable. Rules are those of the parameter `admission.rules`; each that is violated is a violation of its own,
#   with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
# custom:
#   id: AD08
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [containerCapabilities]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision in which the container drops what the finding lists, or does not add it. Move the services,
#       schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.excess_capabilities

import rego.v1

import data.lib.admission_rules
import data.lib.capabilities
import data.lib.containers

rules := admission_rules.of("containerCapabilities")

deny contains violation if {
	some rule in rules
	profile := rule.capabilityRestriction
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	excess := capabilities.effective(container) - capabilities.profiles[profile]
	count(excess) > 0
	problem := capabilities.problem(index, container, excess, profile)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("containerCapabilities")
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no Linux capabilities"}
}
