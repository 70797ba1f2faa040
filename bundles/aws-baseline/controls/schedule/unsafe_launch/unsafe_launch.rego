# METADATA
# title: Schedules of EventBridge Scheduler start private, tagged tasks without ECS Exec, in allowed subnets
# description: |
#   What a schedule starts, no service and no condition key holds back: `RunTask` knows neither `ecs:subnet` nor
#   `ecs:auto-assign-public-ip`. The control looks at its target, in `EcsParameters` or in the `Input` of a call of
#   `RunTask`. It fails when `AssignPublicIp` is there and is not `DISABLED`; for each subnet that is not listed in the
#   parameter `allowed_subnets.ids`, which is not judged while it is empty; when `PropagateTags` is not
#   `TASK_DEFINITION`, because tags are then not propagated; and when `EnableExecuteCommand` is true in a cluster that
#   does not carry the tag of the parameters `exec_allowed`. A schedule that is disabled starts nothing and is not
#   applicable. The same of EventBridge rules is EV01.
# related_resources:
#   - https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EcsParameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html
# custom:
#   id: EV04
#   severity: high
#   resources: scheduler.schedules
#   covers: {}
#   parameters: [allowed_subnets, exec_allowed]
#   remediation:
#     text: |
#       In its `EcsParameters`, or in the `Input` of a target that calls `RunTask` itself set `AssignPublicIp` to
#       `DISABLED`, name allowed subnets, set `PropagateTags` to `TASK_DEFINITION` and leave ECS Exec off, with `aws
#       scheduler update-schedule` or in the template that made the schedule. First see to it that the tasks reach what
#       they need through a NAT gateway or VPC endpoints.
package tidewaiter.controls.schedule.unsafe_launch

import rego.v1

import data.lib.launches

deny contains violation if {
	some arn, body in input.scheduler.schedules
	not launches.disabled(body)
	some launch in launches.of(body)
	some problem in launches.exposures(launch)
	violation := {
		"resource": arn,
		"message": sprintf("schedule %q %s", [object.get(body, "Name", arn), problem.clause]),
		"evidence": problem.evidence,
	}
}

exclude contains exclusion if {
	some arn, body in input.scheduler.schedules
	launches.disabled(body)
	exclusion := {"resource": arn, "reason": "the schedule is disabled"}
}
