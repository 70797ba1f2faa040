# METADATA
# title: EventBridge rules start the newest ACTIVE revision of a task definition
# description: |
#   A rule that names a revision with its number goes on starting it when a newer one corrects it, and fails without
#   anybody looking when it was deregistered. The control fails when the revision that a target names has any status but
#   `ACTIVE`, when its family has a newer ACTIVE revision, and when all task definitions were read and there is no such
#   revision. A target that names the family alone always starts its newest ACTIVE revision. A rule that is disabled
#   starts nothing and is not applicable. The same of schedules is EV05.
# related_resources:
#   - https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
# custom:
#   id: EV02
#   severity: medium
#   resources: events.rules
#   covers: {}
#   remediation:
#     text: |
#       Name the family without a revision, or the newest revision, with `aws events put-targets` or in the template
#       that made the rule. If the newer revision is not meant to run, deregister it.
package tidewaiter.controls.rule.stale_revision

import rego.v1

import data.lib.launches

deny contains violation if {
	some arn, body in input.events.rules
	not launches.disabled(body)
	some launch in launches.of(body)
	some problem in launches.staleness(launch)
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
