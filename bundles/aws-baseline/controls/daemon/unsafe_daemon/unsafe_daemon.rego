# METADATA
# title: ECS daemons run unprivileged, without ECS Exec and without sensitive paths of the host
# description: |
#   A managed daemon runs on every container instance of its capacity providers, so what it may do is done on all of them.
#   The control looks at the revisions that a daemon runs. It fails for each privileged container (as TD01 for tasks), for
#   each mount of a path of `sensitive_host_path_mounted.paths` (as TD15), and when a revision has ECS Exec on in a
#   cluster that does not carry the tag of `exec_allowed` (as SV07). An agent that has to see the whole instance is what
#   daemons are for: give it an exception that names its owner. A daemon that runs no revision is not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonTaskDefinition.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonRevision.html
# custom:
#   id: SV17
#   severity: high
#   resources: ecs.daemons
#   covers: {}
#   parameters: [exec_allowed, sensitive_host_path_mounted]
#   remediation:
#     text: |
#       Register a revision of the daemon task definition without `privileged`, with the few capabilities that the agent
#       needs instead, and with volumes that hold nothing but its own files. Update the daemon with that revision and with
#       `enableExecuteCommand` false, which starts a deployment on every instance.
package tidewaiter.controls.daemon.unsafe_daemon

import rego.v1

import data.lib.arns
import data.lib.containers
import data.lib.exec
import data.lib.host_mounts

deny contains violation if {
	some arn, daemon in input.ecs.daemons
	some revision, body in revisions(daemon)
	body.enableExecuteCommand == true
	exec.forbidden(daemon.clusterArn)
	violation := {
		"resource": arn,
		"message": sprintf(
			"daemon %q in cluster %q has ECS Exec on, expected %s",
			[arns.name(arn), arns.name(daemon.clusterArn), exec.expectation],
		),
		"evidence": {
			"path": "daemonRevisions[].enableExecuteCommand",
			"value": true,
			"expected": false,
			"daemon_revision": revision,
		},
	}
}

deny contains violation if {
	some arn, daemon in input.ecs.daemons
	some definition, body in definitions(daemon)
	some index, container in body.containerDefinitions
	container.privileged == true
	violation := {
		"resource": arn,
		"message": sprintf(
			"container %q of daemon %q runs privileged, expected an unprivileged one",
			[containers.name(index, container), arns.name(arn)],
		),
		"evidence": object.union(
			containers.evidence(index, container, "privileged", true),
			{"daemon_task_definition": definition},
		),
	}
}

deny contains violation if {
	some arn, daemon in input.ecs.daemons
	some definition, body in definitions(daemon)
	some mounted in host_mounts.sensitive(body)
	violation := {
		"resource": arn,
		"message": sprintf("%s as part of daemon %q, expected no sensitive path", [mounted.found, arns.name(arn)]),
		"evidence": object.union(mounted.evidence, {"daemon_task_definition": definition}),
	}
}

exclude contains exclusion if {
	some arn, daemon in input.ecs.daemons
	count(object.get(daemon, "currentRevisions", [])) == 0
	exclusion := {"resource": arn, "reason": "the daemon runs no revision"}
}

# The revisions that a daemon runs, and the daemon task definitions of these, as far as they are in the document.
revisions(daemon) := {arn: body |
	some current in daemon.currentRevisions
	arn := current.arn
	body := input.ecs.daemon_revisions[arn]
}

definitions(daemon) := {arn: body |
	some revision in revisions(daemon)
	arn := revision.daemonTaskDefinitionArn
	body := input.ecs.daemon_task_definitions[arn]
}
