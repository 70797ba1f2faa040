# METADATA
# title: Containers
# description: |
#   What the controls of task definitions need to know of a definition and of its containers. Every container counts:
#   `containerDefinitions` holds the application, its sidecars and its init containers alike, and AWS has no other
#   place for any of them.
package lib.containers

import rego.v1

# A container's name. One whose name a template leaves open is called by its position: a violation must not be lost for
# want of a name.
name(index, container) := container.name if {
	is_string(container.name)
} else := sprintf("#%d", [index])

# Evidence for a field of a container, under the path by which `aws ecs describe-task-definition` shows it.
evidence(index, container, field, value) := {
	"container": name(index, container),
	"path": sprintf("containerDefinitions[%d].%s", [index, field]),
	"value": value,
}

# The operating system family that the definition names, or ""; a function where a template leaves it open.
os_family(definition) := object.get(definition, ["runtimePlatform", "operatingSystemFamily"], "")

# True for a definition that only Windows can run. What is neither Windows nor Linux by name is not Windows: a control
# for Linux judges it rather than nobody.
windows(definition) if {
	family := definition.runtimePlatform.operatingSystemFamily
	is_string(family)
	startswith(family, "WINDOWS_")
}

# True when the definition was registered for these kinds of capacity and for no other. A definition that requires
# nothing can run on EC2, whatever `compatibilities` lists besides.
runs_only_on(definition, kinds) if {
	required := {kind | some kind in definition.requiresCompatibilities}
	count(required) > 0
	count(required - kinds) == 0
}

# What is to be said of a container that runs privileged. Undefined for any other.
privileged(index, container) := {
	"message": sprintf("container %q runs privileged, expected an unprivileged one", [name(index, container)]),
	"evidence": evidence(index, container, "privileged", true),
} if {
	container.privileged == true
}

# What is to be said of a container that may write to its root file system. Undefined for one that may not, and where a
# template leaves it open.
writable_root(index, container) := {
	"message": sprintf("the root file system of container %q is writable, expected a read-only one", [
		name(index, container),
	]),
	"evidence": evidence(index, container, "readonlyRootFilesystem", value),
} if {
	value := object.get(container, "readonlyRootFilesystem", null)
	value != true
	not is_object(value)
}
