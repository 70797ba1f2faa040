# METADATA
# title: Containers keep the admission rules runAsNonRoot
# description: |
#   Trend Vision One's rule runAsNonRoot, which Kubernetes has a setting for and ECS has not: a Linux container violates
#   it when its `user` is root, whatever group stands behind it, or is not set, as in TD07. Without `user` the image's
#   own USER holds, which the definition does not show and the next image can change. Rules are those of the parameter
#   `admission.rules`; each that is violated is a violation of its own, with the rule and its action, and without one
#   nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: AD05
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [runAsNonRoot]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision whose containers each set `user` to a user id of their own, such as `1000:1000`. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.root_user

import rego.v1

import data.lib.admission_rules
import data.lib.containers
import data.lib.users

rules := admission_rules.of("runAsNonRoot")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	problem := users.root_of(index, container)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("runAsNonRoot")
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no root"}
}
