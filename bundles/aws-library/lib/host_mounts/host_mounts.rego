# METADATA
# title: Mounts of the host
# description: |
#   The mounts through which containers of a definition, a task's or a daemon's, reach sensitive paths of their host: those
#   of `data.params.sensitive_host_path_mounted`.
package lib.host_mounts

import rego.v1

import data.lib.containers
import data.lib.host_paths

# Each mount of a sensitive path: `found` says which container mounts what, and `evidence` where it stands.
sensitive(definition) := {mounted |
	some volume in definition.volumes
	path := volume.host.sourcePath
	is_string(path)
	_sensitive(path)
	some index, container in definition.containerDefinitions
	some position, mount in container.mountPoints
	mount.sourceVolume == volume.name
	mounted := {
		"found": sprintf(
			"container %q mounts %q of the host%s",
			[containers.name(index, container), path, _manner(mount)],
		),
		"evidence": object.union(
			containers.evidence(index, container, sprintf("mountPoints[%d].sourceVolume", [position]), volume.name),
			{"host_path": path, "read_only": object.get(mount, "readOnly", false)},
		),
	}
}

_sensitive(path) if {
	some other in data.params.sensitive_host_path_mounted.paths
	host_paths.touches(path, other)
	not _tolerated(path)
}

_tolerated(path) if {
	some other in data.params.sensitive_host_path_mounted.accepted
	host_paths.below(path, other)
}

_manner(mount) := " read-only" if {
	mount.readOnly == true
} else := ""
