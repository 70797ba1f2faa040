# METADATA
# title: Images of containers keep the admission rules imageRegistry
# description: |
#   Trend Vision One's rule imageRegistry: a container violates it when the rule catches its image by the host of its
#   registry, with its port, where an image without a host comes from `docker.io`; upper and lower case are the same. An
#   image is caught that `equals`, `contains` or `startsWith` one of the rule's `values`, or none of them with
#   `notEquals` and `notContains`, by which a list of what is allowed is written; what is no image reference is caught
#   by every rule. Rules are those of the parameter `admission.rules`; each that is violated is a violation of its own,
#   with the rule and its action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://github.com/trendmicro/visionone-container-security-helm/blob/main/docs/policy-as-code.md
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
# custom:
#   id: AD09
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [imageRegistry]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision whose containers have images that the rule does not catch. Move the services, schedules and
#       pipelines that start the old revision to the new one, then deregister the old one. If the image is wanted,
#       change the rule.
package tidewaiter.controls.admission.image_registry_not_allowed

import rego.v1

import data.lib.admission_images
import data.lib.admission_rules

rules := admission_rules.of("imageRegistry")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	problem := admission_images.problem(index, container, rule)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("imageRegistry")
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": reason}
}
