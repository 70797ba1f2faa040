# METADATA
# title: Paths on the host
# description: |
#   Compares paths of a container's host, on Linux and on Windows, by their parts: `/etc` leads to `/etc/ecs` and not
#   to `/etcetera`. `/var/run` is `/run`, as on every distribution in use. Other links of the host are not known.
package lib.host_paths

import rego.v1

# A path in one spelling, its parts each behind a slash and one at the end, so that one path leads to another exactly
# when its spelling begins the other's. A path that goes upwards may lead anywhere and counts as the root. Undefined for
# what is no absolute path: such a text names a volume of Docker's.
canonical(path) := concat("", ["/", concat("", [sprintf("%s/", [part]) | some part in _parts(path)])]) if {
	_absolute(path)
}

# True when a mount of the path shows what stands at `other`: the path is the other, or stands above it or below it.
touches(path, other) if startswith(canonical(path), canonical(other))

touches(path, other) if startswith(canonical(other), canonical(path))

# True when the path is `other`, or stands below it.
below(path, other) if startswith(canonical(path), canonical(other))

_absolute(path) if startswith(_forward(path), "/")

_absolute(path) if _windows(path)

_parts(path) := [] if {
	".." in split(_forward(path), "/")
} else := array.concat(["run"], array.slice(parts, 2, count(parts))) if {
	parts := _written(path)
	array.slice(parts, 0, 2) == ["var", "run"]
} else := _written(path)

_written(path) := [part | some part in split(_forward(path), "/"); not part in {"", "."}]

# Windows does not tell capitals from small letters.
_forward(path) := lower(replace(path, `\`, "/")) if {
	_windows(path)
} else := path

_windows(path) if contains(path, `\`)

_windows(path) if substring(path, 1, 1) == ":"
