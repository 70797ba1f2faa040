# METADATA
# title: Task definitions keep the admission rules hostPID
# description: |
#   Trend Vision One's rule hostPID: a container in the process namespace of its host sees every process of the
#   instance, with its command line. A definition violates it when `pidMode` is `host`, or a mode that is not known, as
#   in TD02. Fargate refuses the mode, so only definitions for EC2 can have it. Rules are those of the parameter
#   `admission.rules`; each that is violated is a violation of its own, with the rule and its action, and without one
#   nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
# custom:
#   id: AD02
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [hostPID]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision without `pidMode`, or with `task` where sidecars watch the processes of their own task. Move
#       the services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.host_pid

import rego.v1

import data.lib.admission_rules
import data.lib.host_modes

rules := admission_rules.of("hostPID")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	problem := host_modes.problem(definition, "pidMode")
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("hostPID")
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": reason}
}
