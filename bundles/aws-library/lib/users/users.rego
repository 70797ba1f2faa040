# METADATA
# title: Users of Linux containers
# description: |
#   Which values of `user` mean root. The formats are those of `docker run --user`: a name or an id, and behind a colon
#   a group, which does not matter here.
package lib.users

import rego.v1

import data.lib.containers

# What is root about a value of `user`, as a clause to put behind the container's name; null stands for a `user` that is
# not set. Undefined for any other user, and for what a template leaves open.
root(user) := "names no user" if {
	user in {null, ""}
} else := sprintf("runs as user %q", [text]) if {
	not is_object(user)
	text := sprintf("%v", [user])
	_superuser(split(text, ":")[0])
}

_superuser(account) if account == "root"

# Docker reads the user id as a number, so `00` is root as well, and an empty one before the group is the default, root.
_superuser(account) if trim_left(account, "+-0") == ""

# What is to be said of a container that runs as root. Undefined for any other.
root_of(index, container) := {
	"message": sprintf("container %q %s, expected a user other than root", [containers.name(index, container), clause]),
	"evidence": containers.evidence(index, container, "user", user),
} if {
	user := object.get(container, "user", null)
	clause := root(user)
}
