# METADATA
# title: Containers keep the admission rules allowPrivilegeEscalation
# description: |
#   Trend Vision One's rule allowPrivilegeEscalation, for which ECS has Docker's option `no-new-privileges`: a container
#   violates it when its `dockerSecurityOptions` do not name that, as in TD12. The option is for EC2, so that
#   definitions that only Fargate or Managed Instances can run, and those for Windows, are not applicable. Rules are
#   those of the parameter `admission.rules`; each that is violated is a violation of its own, with the rule and its
#   action, and without one nothing is judged.
# related_resources:
#   - https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-managing-amazon-ecs-policies
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: AD06
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [allowPrivilegeEscalation]
#   parameters: [admission]
#   remediation:
#     text: |
#       Register a revision whose containers each list `no-new-privileges` under `dockerSecurityOptions`. Move the
#       services, schedules and pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.admission.privilege_escalation

import rego.v1

import data.lib.admission_rules
import data.lib.security_options

rules := admission_rules.of("allowPrivilegeEscalation")

deny contains violation if {
	some rule in rules
	some arn, definition in input.ecs.task_definitions
	not security_options.inapplicable(definition)
	some index, container in definition.containerDefinitions
	problem := security_options.escalation(index, container)
	violation := admission_rules.violation(arn, rule, problem.message, problem.evidence)
}

exclude contains exclusion if {
	reason := admission_rules.not_judged("allowPrivilegeEscalation")
	some arn, definition in input.ecs.task_definitions
	not security_options.inapplicable(definition)
	exclusion := {"resource": arn, "reason": reason}
}

exclude contains exclusion if some exclusion in security_options.excluded
