package lib.host_mounts_test

import rego.v1

import data.lib.host_mounts

definition(path, mount) := {
	"volumes": [{"name": "host", "host": {"sourcePath": path}}, {"name": "scratch"}],
	"containerDefinitions": [{"name": "agent", "mountPoints": [{"sourceVolume": "scratch"}, mount]}],
}

test_a_mount_of_a_sensitive_path_is_found_with_its_place if {
	found := host_mounts.sensitive(definition("/var/run/docker.sock", {"sourceVolume": "host", "readOnly": true}))
	found == {{
		"found": "container \"agent\" mounts \"/var/run/docker.sock\" of the host read-only",
		"evidence": {
			"container": "agent",
			"path": "containerDefinitions[0].mountPoints[1].sourceVolume",
			"value": "host",
			"host_path": "/var/run/docker.sock",
			"read_only": true,
		},
	}}
}

test_a_mount_of_another_path_or_of_another_volume_is_not if {
	count(host_mounts.sensitive(definition("/data", {"sourceVolume": "host"}))) == 0
	count(host_mounts.sensitive(definition("/etc", {"sourceVolume": "other"}))) == 0
}

test_an_accepted_path_is_not if {
	mounted := definition("/etc/localtime", {"sourceVolume": "host"})
	count(host_mounts.sensitive(mounted)) == 1
	found := host_mounts.sensitive(mounted) with data.params.sensitive_host_path_mounted.accepted as ["/etc/localtime"]
	count(found) == 0
}
