# METADATA
# title: Namespaces of the host
# description: |
#   Which `pidMode`, `ipcMode` and `networkMode` leave a task apart from its host. Whatever is not known to, is taken to
#   share the host's namespace.
package lib.host_modes

import rego.v1

# The value of a definition's mode when it shares the namespace of the host. Undefined where it does not, and where a
# template leaves it open.
shared(definition, field) := mode if {
	mode := object.get(definition, field, null)
	not mode in separate[field]
	is_string(mode)
}

# What separates, by field. Without a `pidMode` each container has a process namespace of its own; without an `ipcMode`
# the daemon of the container instance decides, and Docker's default is private; without a `networkMode` the task gets
# `bridge`, or `awsvpc` where its capacity knows nothing else.
separate := {
	"ipcMode": {null, "none", "task"},
	"networkMode": {null, "awsvpc", "bridge", "none"},
	"pidMode": {null, "task"},
}

# What a violation says of a mode, and its evidence.
problem(definition, field) := {
	"message": sprintf("%s is %q, expected %s", [field, mode, _expected[field]]),
	"evidence": {"path": field, "value": mode},
} if {
	mode := shared(definition, field)
}

_expected := {
	"ipcMode": `"task", "none" or no value`,
	"networkMode": `"awsvpc", "bridge" or "none"`,
	"pidMode": `"task" or no value`,
}
