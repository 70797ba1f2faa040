# METADATA
# title: The log groups that containers write to exist and keep logs long enough
# description: |
#   A container whose log group does not exist does not start, or starts where nobody reads it, and what a group has
#   forgotten cannot be investigated. The control looks up the groups of this Region that containers name for the log
#   driver `awslogs`. It fails when there is none of that name, unless the option `awslogs-create-group` has the agent
#   create it, and when the group keeps logs for fewer days than the parameter `logs_not_retained.min_days`, 365 as in
#   Security Hub's CloudWatch.16. A group without a retention setting keeps logs for ever. That a group does not exist
#   is only known when all of them were looked up. Definitions whose containers write to no group of this Region are
#   not applicable; whether containers log at all is for TD20 to say.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
#   - https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
# custom:
#   id: LG01
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     checkov: [CKV_AWS_66, CKV_AWS_338]
#     prowler: [cloudwatch_log_group_retention_policy_specific_days_enabled]
#   parameters: [logs_not_retained]
#   remediation:
#     text: |
#       Create the log group beside the definition that names it, and set `aws logs put-retention-policy` to at least
#       the days that are asked for; what is older than the former setting is gone. Correct the option `awslogs-group`
#       where the name is wrong, in a new revision, and move what starts the old one to it.
package tidewaiter.controls.log_group.logs_not_retained

import rego.v1

import data.lib.containers
import data.lib.redaction

params := data.params.logs_not_retained

deny contains violation if {
	input.coverage["logs.log_groups"].status == "complete"
	some arn, definition in input.ecs.task_definitions
	some target in targets(definition)
	object.get(input.logs.log_groups, target.arn, null) == null
	object.get(target.options, "awslogs-create-group", "false") != "true"
	violation := {
		"resource": arn,
		"message": sprintf(
			"container %q writes to log group %q, which does not exist, expected it to be there",
			[containers.name(target.index, target.container), target.group],
		),
		"evidence": evidence(target),
	}
}

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some target in targets(definition)
	days := input.logs.log_groups[target.arn].retentionInDays
	days < params.min_days
	violation := {
		"resource": arn,
		"message": sprintf(
			"container %q writes to log group %q, which keeps logs for %d days, expected at least %d",
			[containers.name(target.index, target.container), target.group, days, params.min_days],
		),
		"evidence": object.union(evidence(target), {"retention_in_days": days}),
	}
}

exclude contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	count(targets(definition)) == 0
	exclusion := {"resource": arn, "reason": "no container names a log group of this Region"}
}

# The log groups of this Region that the containers of a definition name; one without a Region is in that of the task. A
# name that is a secret's, or that a template leaves open, names nothing that could be looked up.
targets(definition) := [target |
	some index, container in definition.containerDefinitions
	container.logConfiguration.logDriver == "awslogs"
	options := container.logConfiguration.options
	object.get(options, "awslogs-region", input.region) == input.region
	group := options["awslogs-group"]
	is_string(group)
	not redaction.class(group)
	target := {
		"index": index,
		"container": container,
		"options": options,
		"group": group,
		"arn": arn_of(group),
	}
]

arn_of(group) := concat(
	":",
	["arn", input.account.partition, "logs", input.region, input.account.id, "log-group", group],
)

evidence(target) := containers.evidence(
	target.index,
	target.container,
	"logConfiguration.options.\"awslogs-group\"",
	target.group,
)
