# METADATA
# title: Task definitions keep the admission rules hostNetwork
# description: |
#   Trend Vision One's rule hostNetwork: a container in the network of its host reaches what is bound to the loopback
#   address of the instance, and escapes the security groups of its task. A definition violates it when `networkMode` is
#   `host`, or a mode that is not known, as in TD04. Fargate refuses the mode, so only definitions for EC2 can have it.
#   Rules are those of the parameter `admission.rules`; each that is violated is a violation of its own, with the rule
#   and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
# custom:
#   id: AD01
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [hostNetwork]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision with `networkMode` set to `awsvpc`, or to `bridge` where `awsvpc` cannot be had. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.host_network

import rego.v1

import data.lib.admission_rules
import data.lib.host_modes

rules := admission_rules.of("hostNetwork")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	problem := host_modes.problem(definition, "networkMode")
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("hostNetwork")
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": reason}
}
