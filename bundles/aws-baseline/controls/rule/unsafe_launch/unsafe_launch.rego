# METADATA
# title: EventBridge rules start private, tagged tasks without ECS Exec, in allowed subnets
# description: |
#   What a rule starts, no service and no condition key holds back: `RunTask` knows neither `ecs:subnet` nor
#   `ecs:auto-assign-public-ip`. The control looks at each target that runs tasks. It fails when `AssignPublicIp` is
#   there and is not `DISABLED`; for each subnet that is not listed in the parameter `allowed_subnets.ids`, which is not
#   judged while it is empty; when `PropagateTags` is not `TASK_DEFINITION`, because tags are then not propagated; and
#   when `EnableExecuteCommand` is true in a cluster that does not carry the tag of the parameters `exec_allowed`. A
#   rule that is disabled starts nothing and is not applicable. The same of schedules is EV04.
# related_resources:
#   - https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html
# custom:
#   id: EV01
#   severity: high
#   resources: events.rules
#   covers: {}
#   parameters: [allowed_subnets, exec_allowed]
#   remediation:
#     text: |
#       In each target with `EcsParameters` set `AssignPublicIp` to `DISABLED`, name allowed subnets, set
#       `PropagateTags` to `TASK_DEFINITION` and leave ECS Exec off, with `aws events put-targets` or in the template
#       that made the rule. First see to it that the tasks reach what they need through a NAT gateway or VPC endpoints.
package tidewaiter.controls.rule.unsafe_launch

import rego.v1

import data.lib.launches

deny contains violation if {
	some arn, body in input.events.rules
	not launches.disabled(body)
	some launch in launches.of(body)
	some problem in launches.exposures(launch)
	violation := {
		"resource": arn,
		"message": sprintf("EventBridge rule %q %s", [object.get(body, "Name", arn), problem.clause]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if {
	some arn, body in input.events.rules
	launches.disabled(body)
	exclusion := {"resource": arn, "reason": "the rule is disabled"}
}
