# METADATA
# title: Schedules of EventBridge Scheduler start the newest ACTIVE revision of a task definition
# description: |
#   A schedule that names a revision with its number goes on starting it when a newer one corrects it, and fails without
#   anybody looking when it was deregistered. The control fails when the revision that a target names has any status but
#   `ACTIVE`, when its family has a newer ACTIVE revision, and when all task definitions were read and there is no such
#   revision. A target that names the family alone always starts its newest ACTIVE revision. A schedule that is disabled
#   starts nothing and is not applicable. The same of EventBridge rules is EV02.
# related_resources:
#   - https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EcsParameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
# custom:
#   id: EV05
#   severity: medium
#   resources: scheduler.schedules
#   covers: {}
#   remediation:
#     text: |
#       Name the family without a revision, or the newest revision, with `aws scheduler update-schedule` or in the
#       template that made the schedule. If the newer revision is not meant to run, deregister it.
package tidewaiter.controls.schedule.stale_revision

import rego.v1

import data.lib.launches

deny contains violation if {
	some arn, body in input.scheduler.schedules
	not launches.disabled(body)
	some launch in launches.of(body)
	some problem in launches.staleness(launch)
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
