package tidewaiter.controls.account.events_unwatched_test

import rego.v1

import data.tidewaiter.controls.account.events_unwatched as control

arn := "AWS::::Account:123456789012"

complete := {"events.patterns": {"status": "complete"}}

rule(pattern) := {"State": "ENABLED", "EventPattern": json.marshal(pattern)}

tasks := rule({"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"], "detail": {"lastStatus": ["STOPPED"]}})

calls := rule({
	"source": ["aws.ecs"],
	"detail-type": ["AWS API Call via CloudTrail"],
	"detail": {"eventSource": ["ecs.amazonaws.com"], "eventName": ["ExecuteCommand"]},
})

everything_of_ecs := rule({"source": ["aws.ecs"]})

sign_ins_of_root := rule({
	"detail-type": ["AWS Console Sign In via CloudTrail"],
	"detail": {"userIdentity": {"type": ["Root"]}},
})

calls_of_root := rule({
	"detail-type": ["AWS API Call via CloudTrail"],
	"detail": {"userIdentity": {"type": ["Root"]}},
})

denied(region, patterns) := {violation.message | some violation in violations} if {
	violations := control.deny with input.accounts as {arn: {"AccountId": "123456789012"}}
		with input.region as region
		with input.coverage as complete
		with input.events.patterns as patterns
}

lacking(region, what) := sprintf(
	"account 123456789012 has no EventBridge rule in %s that reports %s, expected one that is on",
	[region, what],
)

test_denies_each_kind_that_no_rule_matches if {
	denied("us-east-1", {}) == {
		lacking("us-east-1", "changes of the state of ECS tasks"),
		lacking("us-east-1", "calls of ExecuteCommand"),
		lacking("us-east-1", "the use of the root user"),
	}
	denied("us-east-1", {"a": tasks, "b": calls}) == {lacking("us-east-1", "the use of the root user")}
}

test_denies_root_only_where_its_events_are_sent if {
	denied("eu-central-1", {"a": tasks}) == {lacking("eu-central-1", "calls of ExecuteCommand")}
}

test_denies_although_a_rule_is_off if {
	off := object.union(everything_of_ecs, {"State": "DISABLED"})
	count(denied("eu-central-1", {"a": off})) == 2
}

test_denies_root_although_all_calls_of_another_service_are_reported if {
	of_iam := rule({"source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"]})
	lacking("us-east-1", "the use of the root user") in denied("us-east-1", {"a": of_iam})
}

test_allows_one_rule_for_all_of_ecs if {
	count(denied("eu-central-1", {"a": everything_of_ecs})) == 0
}

test_allows_rules_on_sign_ins_or_on_calls_of_root if {
	count(denied("us-east-1", {"a": everything_of_ecs, "b": sign_ins_of_root})) == 0
	count(denied("us-east-1", {"a": everything_of_ecs, "b": calls_of_root})) == 0
}

test_allows_what_is_not_required if {
	messages := denied("us-east-1", {}) with data.params.events_unwatched.required as ["exec"]
	messages == {lacking("us-east-1", "calls of ExecuteCommand")}
}

test_says_nothing_while_rules_may_be_missing if {
	violations := control.deny with input.accounts as {arn: {"AccountId": "123456789012"}}
		with input.region as "eu-central-1"
		with input.coverage as {"events.patterns": {"status": "partial"}}
		with input.events.patterns as {}
	count(violations) == 0
}

test_excludes_an_account_when_nothing_is_required if {
	excluded := control.exclude with input.accounts as {arn: {"AccountId": "123456789012"}}
		with input.region as "eu-central-1"
		with data.params.events_unwatched.required as ["root_use"]
	excluded == {{"resource": arn, "reason": "the parameter events_unwatched.required asks for nothing here"}}
}
