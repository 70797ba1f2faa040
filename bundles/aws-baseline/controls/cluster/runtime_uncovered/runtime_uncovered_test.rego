package tidewaiter.controls.cluster.runtime_uncovered_test

import rego.v1

import data.tidewaiter.controls.cluster.runtime_uncovered as control

arn := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

busy := {"clusterName": "prod", "runningTasksCount": 3, "registeredContainerInstancesCount": 0}

idle := {"clusterName": "prod", "runningTasksCount": 0, "registeredContainerInstancesCount": 0}

instances := {"clusterName": "prod", "runningTasksCount": 0, "registeredContainerInstancesCount": 2}

complete := {"guardduty.detectors": {"status": "complete"}, "guardduty.coverage": {"status": "complete"}}

partial := {"guardduty.detectors": {"status": "complete"}, "guardduty.coverage": {"status": "partial"}}

monitoring(status) := {"d1": {"status": "ENABLED", "features": [{"name": "RUNTIME_MONITORING", "status": status}]}}

estate(cluster, detectors, covered, coverage) := {
	"account": {"id": "123456789012"},
	"ecs": {"clusters": {arn: cluster}},
	"guardduty": {"detectors": detectors, "coverage": covered},
	"coverage": coverage,
}

covered(account, status, issues) := {"r1": {
	"resourceId": "r1",
	"accountId": account,
	"coverageStatus": status,
	"resourceDetails": {
		"resourceType": "ECS",
		"ecsClusterDetails": {"clusterName": "prod", "fargateDetails": {"issues": issues}},
	},
}}

own := "123456789012"

test_denies_a_cluster_whose_coverage_is_not_healthy if {
	found := covered(own, "UNHEALTHY", ["Agent not reporting"])
	violations := control.deny with input as estate(busy, monitoring("ENABLED"), found, complete)
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"cluster \"prod\" has the GuardDuty coverage UNHEALTHY (Agent not reporting),",
			"expected HEALTHY",
		]),
		"evidence": {
			"path": "Resources[?ResourceDetails.EcsClusterDetails.ClusterName=='prod'].CoverageStatus",
			"value": "UNHEALTHY",
			"issues": {"Agent not reporting"},
		},
	}}
}

test_denies_a_status_that_is_not_known_without_issues if {
	found := covered(own, "LEARNING", [])
	violations := control.deny with input as estate(idle, monitoring("ENABLED"), found, partial)
	{violation.message | some violation in violations} == {concat(" ", [
		"cluster \"prod\" has the GuardDuty coverage LEARNING,",
		"expected HEALTHY",
	])}
}

test_denies_a_cluster_at_work_of_which_guardduty_says_nothing if {
	every cluster in [busy, instances] {
		violations := control.deny with input as estate(cluster, monitoring("ENABLED"), {}, complete)
		count(violations) == 1
	}
}

test_denies_a_cluster_of_whose_name_another_account_has_one if {
	found := covered("111122223333", "HEALTHY", [])
	violations := control.deny with input as estate(busy, monitoring("ENABLED"), found, complete)
	count(violations) == 1
}

test_allows_a_cluster_whose_coverage_is_healthy if {
	healthy := estate(busy, monitoring("ENABLED"), covered(own, "HEALTHY", []), complete)
	violations := control.deny with input as healthy
	excluded := control.exclude with input as healthy
	count(violations) == 0
	count(excluded) == 0
}

test_unknown_when_the_coverage_could_not_be_listed if {
	blind := estate(busy, monitoring("ENABLED"), {}, partial)
	violations := control.deny with input as blind
	excluded := control.exclude with input as blind
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_a_cluster_in_which_nothing_runs if {
	excluded := control.exclude with input as estate(idle, monitoring("ENABLED"), {}, complete)
	excluded == {{"resource": arn, "reason": "nothing runs in the cluster that GuardDuty could cover"}}
}

test_excludes_every_cluster_where_runtime_monitoring_is_off if {
	found := covered(own, "UNHEALTHY", [])
	violations := control.deny with input as estate(busy, monitoring("DISABLED"), found, complete)
	excluded := control.exclude with input as estate(busy, monitoring("DISABLED"), found, complete)
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "GuardDuty Runtime Monitoring is not on in this Region"}}
}
