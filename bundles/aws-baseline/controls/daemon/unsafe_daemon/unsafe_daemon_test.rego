package tidewaiter.controls.daemon.unsafe_daemon_test

import rego.v1

import data.tidewaiter.controls.daemon.unsafe_daemon as control

arn := "arn:aws:ecs:eu-central-1:123456789012:daemon/prod/agent"

cluster := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

ecs(revision, definition) := {
	"clusters": {cluster: {"tags": [{"key": "shell", "value": "yes"}]}},
	"daemons": {arn: {"clusterArn": cluster, "currentRevisions": [{"arn": "revision"}, {"arn": "not read"}]}},
	"daemon_revisions": {"revision": object.union({"daemonTaskDefinitionArn": "agent:3"}, revision)},
	"daemon_task_definitions": {"agent:3": definition},
}

denied(revision, definition) := violations if {
	violations := control.deny with input.ecs as ecs(revision, definition)
}

mounting(path) := {
	"volumes": [{"name": "host", "host": {"sourcePath": path}}],
	"containerDefinitions": [{"name": "agent", "mountPoints": [{"sourceVolume": "host"}]}],
}

test_denies_exec if {
	denied({"enableExecuteCommand": true}, {}) == {{
		"resource": arn,
		"message": "daemon \"agent\" in cluster \"prod\" has ECS Exec on, expected it off",
		"evidence": {
			"path": "daemonRevisions[].enableExecuteCommand",
			"value": true,
			"expected": false,
			"daemon_revision": "revision",
		},
	}}
}

test_allows_exec_in_a_cluster_with_the_tag if {
	violations := denied({"enableExecuteCommand": true}, {}) with data.params.exec_allowed.cluster_tag_key as "shell"
		with data.params.exec_allowed.cluster_tag_values as ["yes"]
	count(violations) == 0
}

test_denies_a_privileged_container if {
	definition := {"containerDefinitions": [{"name": "agent"}, {"name": "probe", "privileged": true}]}
	denied({}, definition) == {{
		"resource": arn,
		"message": "container \"probe\" of daemon \"agent\" runs privileged, expected an unprivileged one",
		"evidence": {
			"container": "probe",
			"path": "containerDefinitions[1].privileged",
			"value": true,
			"daemon_task_definition": "agent:3",
		},
	}}
}

test_denies_a_sensitive_mount if {
	some violation in denied({}, mounting("/proc"))
	violation.message == "container \"agent\" mounts \"/proc\" of the host as part of daemon \"agent\", expected no sensitive path"
	violation.evidence.daemon_task_definition == "agent:3"
}

test_denies_once_what_two_revisions_run if {
	here := object.union(ecs({}, mounting("/proc")), {"daemon_revisions": {
		"revision": {"daemonTaskDefinitionArn": "agent:3"},
		"not read": {"daemonTaskDefinitionArn": "agent:3"},
	}})
	violations := control.deny with input.ecs as here
	count(violations) == 1
}

test_allows_a_daemon_with_neither if {
	count(denied({"enableExecuteCommand": false}, mounting("/var/log/app"))) == 0
}

test_excludes_a_daemon_without_a_revision if {
	excluded := control.exclude with input.ecs.daemons as {arn: {"currentRevisions": []}, "running": {"currentRevisions": [{}]}}
	excluded == {{"resource": arn, "reason": "the daemon runs no revision"}}
}
