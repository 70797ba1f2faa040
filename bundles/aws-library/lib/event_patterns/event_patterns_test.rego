package lib.event_patterns_test

import rego.v1

import data.lib.event_patterns

event := [{"path": ["source"], "value": "aws.ecs"}, {"path": ["detail", "eventName"], "value": "ExecuteCommand"}]

here := {"account": {"id": "123456789012"}, "region": "eu-central-1"}

test_patterns_of_rules_that_are_on_are_read if {
	patterns := {
		"on": {"State": "ENABLED", "EventPattern": "{\"source\": [\"aws.ecs\"]}"},
		"all": {"State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "EventPattern": "{}"},
		"off": {"State": "DISABLED", "EventPattern": "{}"},
		"broken": {"State": "ENABLED", "EventPattern": "{"},
		"list": {"State": "ENABLED", "EventPattern": "[]"},
	}
	found := event_patterns.enabled with input.events.patterns as patterns
	found == {"on": {"source": ["aws.ecs"]}, "all": {}}
}

test_a_pattern_matches_what_it_names_and_what_it_does_not if {
	every pattern in [
		{},
		{"source": ["aws.s3", "aws.ecs"]},
		{"source": ["aws.ecs"], "detail": {"eventName": ["ExecuteCommand"], "requestParameters": {"cluster": ["prod"]}}},
		{"source": [{"prefix": "aws."}]},
		{"source": [{"suffix": ".ecs"}]},
		{"source": [{"wildcard": "aws.*"}]},
		{"source": [{"equals-ignore-case": "AWS.ECS"}]},
		{"source": [{"exists": true}]},
		{"source": [{"anything-but": "aws.s3"}]},
		{"source": [{"anything-but": ["aws.s3"]}]},
		{"source": [{"prefix": {"equals-ignore-case": "AWS."}}]},
		{"source": [{"suffix": {"equals-ignore-case": ".ECS"}}]},
		{"source": [{"anything-but": {"prefix": "com."}}]},
		{"source": [{"anything-but": {"suffix": [".s3", ".ec2"]}}]},
		{"source": [{"anything-but": {"wildcard": "com.*"}}]},
		{"source": [{"anything-but": {"equals-ignore-case": "AWS.S3"}}]},
		{"account": ["123456789012"], "region": [{"prefix": "eu-"}]},
		{"$or": [{"source": ["aws.s3"]}, {"detail": {"eventName": ["ExecuteCommand"]}}]},
	] {
		event_patterns.matches(pattern, event) with input as here
	}
}

test_without_a_place_only_what_is_known_is_compared if {
	event_patterns.matches({"source": ["aws.ecs"], "account": ["999988887777"]}, event) with input as {}
}

test_a_pattern_does_not_match_other_values if {
	every pattern in [
		{"source": ["aws.s3"]},
		{"source": ["aws.ecs"], "detail": {"eventName": ["RunTask"]}},
		{"source": [{"prefix": "com."}]},
		{"source": [{"suffix": ".s3"}]},
		{"source": [{"wildcard": "com.*"}]},
		{"source": [{"equals-ignore-case": "AWS.S3"}]},
		{"source": [{"exists": false}]},
		{"source": [{"anything-but": "aws.ecs"}]},
		{"source": [{"anything-but": ["aws.ecs"]}]},
		{"source": [{"prefix": {"equals-ignore-case": "COM."}}]},
		{"source": [{"suffix": {"equals-ignore-case": ".S3"}}]},
		{"source": [{"anything-but": {"prefix": "aws."}}]},
		{"source": [{"anything-but": {"suffix": [".s3", ".ecs"]}}]},
		{"source": [{"anything-but": {"wildcard": "aws.*"}}]},
		{"source": [{"anything-but": {"equals-ignore-case": ["AWS.ECS"]}}]},
		{"source": [{"anything-but": {"matcher of tomorrow": "com."}}]},
		{"source": [{"anything-but": 1}]},
		{"account": ["999988887777"]},
		{"region": ["us-east-1"]},
		{"source": [{"matcher of tomorrow": "aws.ecs"}]},
		{"source": []},
		{"$or": [{"source": ["aws.s3"]}, {"detail": {"eventName": ["RunTask"]}}]},
	] {
		not event_patterns.matches(pattern, event) with input as here
	}
}

test_a_pattern_names_what_it_asks_for if {
	event_patterns.names({"detail": {"userIdentity": {"type": ["Root"]}}}, ["detail", "userIdentity", "type"])
	not event_patterns.names({"detail": {}}, ["detail", "userIdentity", "type"])
}
