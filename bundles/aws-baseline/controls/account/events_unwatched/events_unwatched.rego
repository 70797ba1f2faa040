# METADATA
# title: EventBridge rules report changes of tasks, ECS Exec and the use of root
# description: |
#   What nobody is told, nobody looks into. The control fails for each kind of event in `events_unwatched.required` that
#   no rule on the default event bus matches which is on: changes of the state of ECS tasks; calls of ExecuteCommand, which
#   CloudTrail reports; and sign-ins and calls of the root user, in the Regions of `events_unwatched.root_regions`, to
#   which AWS sends its sign-ins. A rule may match more, or ask for more, such as one cluster or one state. Whether a rule
#   has a target, and whether somebody listens there, is not judged. That no rule matches is only known when all rules
#   of the bus were read.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
#   - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
# custom:
#   id: GD05
#   severity: low
#   resources: accounts
#   covers: {}
#   parameters: [events_unwatched]
#   remediation:
#     text: |
#       Create a rule on the default event bus with `aws events put-rule --event-pattern` and the pattern in the evidence,
#       and give it a target that somebody reads, such as a topic of Amazon SNS. Events of CloudTrail need a trail that
#       records management events.
package tidewaiter.controls.account.events_unwatched

import rego.v1

import data.lib.event_patterns

deny contains violation if {
	input.coverage["events.patterns"].status == "complete"
	some kind in judged
	not kind in watched
	some arn, account in input.accounts
	violation := {
		"resource": arn,
		"message": sprintf(
			"account %s has no EventBridge rule in %s that reports %s, expected one that is on",
			[account.AccountId, input.region, kinds[kind].what],
		),
		"evidence": {
			"path": "Rules[].EventPattern",
			"value": null,
			"expected": kinds[kind].pattern,
		},
	}
}

exclude contains exclusion if {
	count(judged) == 0
	some arn, _ in input.accounts
	exclusion := {"resource": arn, "reason": "the parameter events_unwatched.required asks for nothing here"}
}

judged contains kind if {
	some kind in data.params.events_unwatched.required
	kinds[kind]
	not elsewhere(kind)
}

elsewhere("root_use") if not input.region in data.params.events_unwatched.root_regions

kinds := {
	"task_state_change": {
		"what": "changes of the state of ECS tasks",
		"pattern": {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]},
	},
	"exec": {
		"what": "calls of ExecuteCommand",
		"pattern": {
			"source": ["aws.ecs"],
			"detail-type": ["AWS API Call via CloudTrail"],
			"detail": {"eventName": ["ExecuteCommand"]},
		},
	},
	"root_use": {
		"what": "the use of the root user",
		"pattern": {
			"detail-type": ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail"],
			"detail": {"userIdentity": {"type": ["Root"]}},
		},
	},
}

watched contains "task_state_change" if {
	some pattern in event_patterns.enabled
	event_patterns.matches(pattern, [
		{"path": ["source"], "value": "aws.ecs"},
		{"path": ["detail-type"], "value": "ECS Task State Change"},
	])
}

watched contains "exec" if {
	some pattern in event_patterns.enabled
	event_patterns.matches(pattern, [
		{"path": ["source"], "value": "aws.ecs"},
		{"path": ["detail-type"], "value": "AWS API Call via CloudTrail"},
		{"path": ["detail", "eventSource"], "value": "ecs.amazonaws.com"},
		{"path": ["detail", "eventName"], "value": "ExecuteCommand"},
	])
}

watched contains "root_use" if {
	some pattern in event_patterns.enabled
	event_patterns.matches(pattern, [
		{"path": ["source"], "value": "aws.signin"},
		{"path": ["detail-type"], "value": "AWS Console Sign In via CloudTrail"},
		{"path": ["detail", "userIdentity", "type"], "value": "Root"},
	])
}

# The calls of root alone, whatever service it calls.
watched contains "root_use" if {
	some pattern in event_patterns.enabled
	event_patterns.names(pattern, ["detail", "userIdentity", "type"])
	not event_patterns.names(pattern, ["source"])
	event_patterns.matches(pattern, [
		{"path": ["detail-type"], "value": "AWS API Call via CloudTrail"},
		{"path": ["detail", "userIdentity", "type"], "value": "Root"},
	])
}
