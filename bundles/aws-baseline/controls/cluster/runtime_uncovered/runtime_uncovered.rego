# METADATA
# title: GuardDuty Runtime Monitoring covers the ECS cluster
# description: |
#   That Runtime Monitoring is on does not mean that it sees anything: tasks that were started before, roles that may
#   not pull the agent, networks without an endpoint for it and instances without it stay dark. GuardDuty says so of
#   each cluster. The control fails when the coverage of a cluster is anything but `HEALTHY`, and when tasks or
#   container instances run in a cluster of which GuardDuty, whose coverage was listed completely, says nothing at
#   all. A cluster in which nothing runs is not applicable unless GuardDuty speaks of it, and none is where Runtime
#   Monitoring is not on, which GD01 reports. Clusters are found by their name, and those of member accounts are left
#   aside.
# related_resources:
#   - https://docs.aws.amazon.com/guardduty/latest/ug/gdu-assess-coverage-ecs.html
#   - https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListCoverage.html
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html#guardduty-12
# custom:
#   id: CL06
#   severity: medium
#   resources: ecs.clusters
#   covers:
#     aws-config: [guardduty-ecs-protection-runtime-enabled]
#     security-hub: [GuardDuty.12]
#   remediation:
#     text: |
#       Read the issues with `aws guardduty list-coverage`. Turn on the automated agent (GD02), let task execution
#       roles pull the agent's image, let the tasks reach the endpoint of GuardDuty, and force new deployments;
#       install the agent on container instances. A tag `GuardDutyManaged` with the value `false` keeps a cluster out.
package tidewaiter.controls.cluster.runtime_uncovered

import rego.v1

import data.lib.arns
import data.lib.guardduty

deny contains violation if {
	guardduty.runtime_monitoring_on
	some arn, _ in input.ecs.clusters
	some entry in covered[arns.name(arn)]
	entry.status != "HEALTHY"
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has the GuardDuty coverage %s%s, expected HEALTHY",
			[arns.name(arn), entry.status, because(entry.issues)],
		),
		"evidence": {
			"path": path(arn),
			"value": entry.status,
			"issues": entry.issues,
		},
	}
}

deny contains violation if {
	unmentioned_is_uncovered
	some arn, cluster in input.ecs.clusters
	not covered[arns.name(arn)]
	runs(cluster)
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q runs tasks or instances, and GuardDuty says nothing of it, expected coverage HEALTHY",
			[arns.name(arn)],
		),
		"evidence": {"path": path(arn), "value": null},
	}
}

exclude contains exclusion if {
	some _ in guardduty.runtime_monitoring_off
	some arn, _ in input.ecs.clusters
	exclusion := {"resource": arn, "reason": "GuardDuty Runtime Monitoring is not on in this Region"}
}

exclude contains exclusion if {
	unmentioned_is_uncovered
	some arn, cluster in input.ecs.clusters
	not covered[arns.name(arn)]
	not runs(cluster)
	exclusion := {"resource": arn, "reason": "nothing runs in the cluster that GuardDuty could cover"}
}

# Only a complete list tells that a cluster is not in it.
unmentioned_is_uncovered if {
	guardduty.runtime_monitoring_on
	input.coverage["guardduty.coverage"].status == "complete"
}

# What GuardDuty says of the account's clusters, by their name.
covered[cluster] contains entry if {
	some _, resource in input.guardduty.coverage
	object.get(resource, "accountId", input.account.id) == input.account.id
	cluster := arns.name(resource.resourceDetails.ecsClusterDetails.clusterName)
	entry := {
		"status": object.get(resource, "coverageStatus", "unknown"),
		"issues": issues(resource),
	}
}

issues(resource) := {issue |
	some issue in object.get(resource.resourceDetails.ecsClusterDetails, ["fargateDetails", "issues"], [])
} | {issue |
	issue := object.get(resource, "issue", "")
	issue != ""
}

because(reasons) := "" if count(reasons) == 0

because(reasons) := sprintf(" (%s)", [concat("; ", reasons)]) if count(reasons) > 0

runs(cluster) if cluster.runningTasksCount > 0

runs(cluster) if cluster.registeredContainerInstancesCount > 0

path(arn) := sprintf(
	"Resources[?ResourceDetails.EcsClusterDetails.ClusterName=='%s'].CoverageStatus",
	[arns.name(arn)],
)
