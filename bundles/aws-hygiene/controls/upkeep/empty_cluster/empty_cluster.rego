# METADATA
# title: ECS clusters are in use
# description: |
#   A cluster that holds nothing costs nothing, but its name, its rights and its settings lie there for whoever finds
#   them, and nobody looks after it. The control fails when a cluster has no active service, no running or pending task
#   and no container instance, and no EventBridge rule and no schedule starts tasks in it, disabled or not. Whether one
#   does is only known when all rules and schedules were read. A cluster that only a workflow or a person starts tasks in
#   from time to time fails in between: give it an exception.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html
# custom:
#   id: CL08
#   severity: low
#   resources: ecs.clusters
#   covers:
#     powerpipe: [ecs_cluster_no_active_services_count, ecs_cluster_no_registered_container_instance]
#   remediation:
#     text: |
#       Ask its owner, then delete the cluster with `aws ecs delete-cluster`, or by the template that created it.
package tidewaiter.controls.upkeep.empty_cluster

import rego.v1

import data.lib.arns
import data.lib.launches

deny contains violation if {
	input.coverage["events.rules"].status == "complete"
	input.coverage["scheduler.schedules"].status == "complete"
	some arn, cluster in input.ecs.clusters
	every member in counts {
		cluster[member] == 0
	}
	not arn in started_in
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has no services, tasks, container instances or schedules, expected some or no cluster",
			[arns.name(arn)],
		),
		"evidence": {"path": concat(", ", counts), "value": 0},
	}
}

counts := ["activeServicesCount", "runningTasksCount", "pendingTasksCount", "registeredContainerInstancesCount"]

# The clusters in which rules and schedules start tasks, by ARN.
started_in contains launch.cluster if {
	some rule in input.events.rules
	some launch in launches.of(rule)
}

started_in contains launch.cluster if {
	some schedule in input.scheduler.schedules
	some launch in launches.of(schedule)
}
