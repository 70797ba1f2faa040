package tidewaiter.controls.upkeep.empty_cluster_test

import rego.v1

import data.tidewaiter.controls.upkeep.empty_cluster as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

empty := {
	"activeServicesCount": 0,
	"runningTasksCount": 0,
	"pendingTasksCount": 0,
	"registeredContainerInstancesCount": 0,
}

read(rules, schedules) := {
	"events.rules": {"status": rules},
	"scheduler.schedules": {"status": schedules},
}

estate(cluster) := {"ecs": {"clusters": {arn: cluster}}, "coverage": read("complete", "complete")}

target := {"Id": "1", "Arn": arn, "EcsParameters": {"TaskDefinitionArn": "web"}}

test_denies_a_cluster_that_holds_nothing if {
	violations := control.deny with input as estate(empty)
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"cluster \"prod\" has no services, tasks, container instances or schedules,",
			"expected some or no cluster",
		]),
		"evidence": {
			"path": concat(", ", [
				"activeServicesCount",
				"runningTasksCount",
				"pendingTasksCount",
				"registeredContainerInstancesCount",
			]),
			"value": 0,
		},
	}}
}

test_allows_a_cluster_that_holds_something if {
	every member, _ in empty {
		violations := control.deny with input as estate(object.union(empty, {member: 1}))
		count(violations) == 0
	}
}

test_allows_a_cluster_that_does_not_say_what_it_holds if {
	violations := control.deny with input as estate({"clusterArn": arn})
	count(violations) == 0
}

test_allows_a_cluster_in_which_a_rule_or_a_schedule_starts_tasks if {
	by_rule := control.deny with input as estate(empty)
		with input.events.rules as {"rule-1": {"State": "DISABLED", "Targets": [target]}}
	count(by_rule) == 0
	by_schedule := control.deny with input as estate(empty)
		with input.scheduler.schedules as {"schedule-1": {"Target": target}}
	count(by_schedule) == 0
}

test_unknown_when_rules_or_schedules_could_not_be_read if {
	every coverage in [read("denied", "complete"), read("complete", "partial")] {
		violations := control.deny with input as estate(empty) with input.coverage as coverage
		count(violations) == 0
	}
}
