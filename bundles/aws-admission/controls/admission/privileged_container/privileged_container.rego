# METADATA
# title: Containers keep the admission rules privileged
# description: |
#   Trend Vision One's rule privileged: a privileged container has every capability and every device of its host. A
#   container violates it when `privileged` is true, as in TD01. Fargate refuses the mode, so only definitions for EC2
#   can have it. Rules are those of the parameter `admission.rules`; each that is violated is a violation of its own,
#   with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: AD04
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [privileged]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision without `privileged`, with the few capabilities that the container needs instead. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.privileged_container

import rego.v1

import data.lib.admission_rules
import data.lib.containers

rules := admission_rules.of("privileged")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	problem := containers.privileged(index, container)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("privileged")
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": reason}
}
