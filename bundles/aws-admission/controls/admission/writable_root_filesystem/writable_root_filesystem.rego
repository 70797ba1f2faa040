# METADATA
# title: Containers keep the admission rules readOnlyRootFilesystem
# description: |
#   Trend Vision One's rule readOnlyRootFilesystem: a container violates it unless `readonlyRootFilesystem` is true, as
#   in TD09. Windows has no such setting, so definitions for it are not applicable. Rules are those of the parameter
#   `admission.rules`; each that is violated is a violation of its own, with the rule and its action, and without one
#   nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: AD07
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [readOnlyRootFilesystem]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision with `readonlyRootFilesystem` set to true for each container, and mount a volume where it
#       has to write. Move the services, schedules and pipelines that start the old revision to the new one, then
#       deregister the old one.
package tidewaiter.controls.admission.writable_root_filesystem

import rego.v1

import data.lib.admission_rules
import data.lib.containers

rules := admission_rules.of("readOnlyRootFilesystem")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	some index, container in definition.containerDefinitions
	problem := containers.writable_root(index, container)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("readOnlyRootFilesystem")
	some arn, definition in input.ecs.task_definitions
	not containers.windows(definition)
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	containers.windows(definition)
	exclusion := {"resource": arn, "reason": "it runs on Windows, which has no read-only root file system"}
}
