# METADATA
# title: ECS clusters log the sessions of ECS Exec
# description: |
#   CloudTrail records who opened a session of ECS Exec and with which command; what was typed and shown in it is only
#   in the session's log, which the cluster configures. `NONE` logs nothing and fails. `OVERRIDE` sends sessions to the
#   log group or bucket of its `logConfiguration`; it fails when that names neither. `DEFAULT` sends them where the
#   `awslogs` driver of the container's own log configuration points, and an absent setting means `DEFAULT` by AWS's
#   documentation. Both pass, as in Checkov's CKV_AWS_223, because the cluster does what it can and whether a container
#   uses `awslogs` is a property of its task definition; be aware that a session in a container without `awslogs` is
#   then not logged. Set the parameter `exec_sessions_unlogged.accept_container_logs` to false to accept `OVERRIDE`
#   only. A value that is not known fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
# custom:
#   id: CL03
#   severity: high
#   resources: ecs.clusters
#   covers:
#     checkov: [CKV_AWS_223]
#   parameters: [exec_sessions_unlogged]
#   remediation:
#     text: |
#       Update the cluster's configuration with `executeCommandConfiguration` `logging` `OVERRIDE` and a
#       `logConfiguration` that names a log group or a bucket. Both must exist, the task roles need the rights to write
#       there, and the containers need `script` and `cat` in their image for the session to be recorded.
package tidewaiter.controls.cluster.exec_sessions_unlogged

import rego.v1

import data.lib.arns
import data.lib.values

path := "configuration.executeCommandConfiguration"

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	value := logging(cluster)
	not value in {"DEFAULT", "OVERRIDE"}
	values.settled(value)
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has the logging of ECS Exec set to %v, expected OVERRIDE with a log group or bucket",
			[arns.name(arn), value],
		),
		"evidence": {"path": sprintf("%s.logging", [path]), "value": value},
	}
}

deny contains violation if {
	some arn, cluster in input.ecs.clusters
	logging(cluster) == "OVERRIDE"
	count(destinations(cluster)) == 0
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q has the logging of ECS Exec set to OVERRIDE without a log group or bucket, expected one",
			[arns.name(arn)],
		),
		"evidence": {
			"path": sprintf("%s.logConfiguration", [path]),
			"value": object.get(configuration(cluster), "logConfiguration", null),
		},
	}
}

deny contains violation if {
	data.params.exec_sessions_unlogged.accept_container_logs != true
	some arn, cluster in input.ecs.clusters
	logging(cluster) == "DEFAULT"
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q leaves the logging of ECS Exec to its containers, expected OVERRIDE with a log group or bucket",
			[arns.name(arn)],
		),
		"evidence": {
			"path": sprintf("%s.logging", [path]),
			"value": object.get(configuration(cluster), "logging", null),
		},
	}
}

configuration(cluster) := object.get(cluster, ["configuration", "executeCommandConfiguration"], {})

# What holds: an absent setting means DEFAULT.
logging(cluster) := object.get(configuration(cluster), "logging", "DEFAULT")

destinations(cluster) := {destination |
	some member in ["cloudWatchLogGroupName", "s3BucketName"]
	destination := configuration(cluster).logConfiguration[member]
	destination != ""
}
