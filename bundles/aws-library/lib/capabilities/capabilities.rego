# METADATA
# title: Linux capabilities
# description: |
#   Which capabilities a container starts with, and which ones a profile allows. Names are those of the ECS API: upper
#   case, without `CAP_`.
package lib.capabilities

import rego.v1

import data.lib.containers

# What Docker, and ECS with it on EC2 and Fargate alike, gives a container that asks for nothing:
# https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
docker_default := {
	"AUDIT_WRITE",
	"CHOWN",
	"DAC_OVERRIDE",
	"FOWNER",
	"FSETID",
	"KILL",
	"MKNOD",
	"NET_BIND_SERVICE",
	"NET_RAW",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYS_CHROOT",
}

# The rest of what Linux knows: https://man7.org/linux/man-pages/man7/capabilities.7.html
beyond_default := {
	"AUDIT_CONTROL",
	"AUDIT_READ",
	"BLOCK_SUSPEND",
	"BPF",
	"CHECKPOINT_RESTORE",
	"DAC_READ_SEARCH",
	"IPC_LOCK",
	"IPC_OWNER",
	"LEASE",
	"LINUX_IMMUTABLE",
	"MAC_ADMIN",
	"MAC_OVERRIDE",
	"NET_ADMIN",
	"NET_BROADCAST",
	"PERFMON",
	"SYSLOG",
	"SYS_ADMIN",
	"SYS_BOOT",
	"SYS_MODULE",
	"SYS_NICE",
	"SYS_PACCT",
	"SYS_PTRACE",
	"SYS_RAWIO",
	"SYS_RESOURCE",
	"SYS_TIME",
	"SYS_TTY_CONFIG",
	"WAKE_ALARM",
}

# What each profile lets a container hold, from the widest to the narrowest.
profiles := {
	"restrict-nondefaults": docker_default,
	"baseline": docker_default - {"NET_RAW"},
	"restricted": {"NET_BIND_SERVICE"},
	"restrict-all": set(),
}

# The capabilities that a container adds, as names of the API. `ALL` stays `ALL`, and what a template leaves open does
# not count.
added(container) := {_canonical(name) | some name in container.linuxParameters.capabilities.add}

# The capabilities that a container drops.
dropped(container) := {_canonical(name) | some name in container.linuxParameters.capabilities.drop}

# What a definition may add whatever the profile says: on Fargate, where a task has its kernel for itself, what
# `data.params.capabilities.allowed_on_fargate` names.
tolerated(definition) := {name | some name in data.params.capabilities.allowed_on_fargate} if {
	containers.runs_only_on(definition, {"FARGATE"})
} else := set()

# What a container starts with. The order is Docker's: privileged beats everything, adding ALL leaves out what is
# dropped, dropping ALL leaves only what is added, and otherwise what is added comes back though it was dropped.
effective(container) := _all if {
	container.privileged == true
} else := docker_default if {
	not container.linuxParameters.capabilities
} else := _granted(added(container), dropped(container))

_granted(add, drop) := (_all | add) - (drop | {"ALL"}) if {
	"ALL" in add
} else := add if {
	"ALL" in drop
} else := (docker_default - drop) | add

_all := docker_default | beyond_default

_canonical(name) := trim_prefix(upper(name), "CAP_") if is_string(name)

# What is to be said of a container that holds more than a profile allows, by what that is.
problem(index, container, excess, profile) := {
	"message": sprintf("container %q holds %s, expected at most what profile %q allows", [
		containers.name(index, container),
		_in_words(container, excess),
		profile,
	]),
	"evidence": object.union(_evidence(index, container), {"profile": profile, "excess": sort(excess)}),
}

_in_words(container, excess) := "every capability, being privileged" if {
	container.privileged == true
} else := "every capability that it does not drop, adding ALL" if {
	"ALL" in added(container)
} else := concat(", ", sort(excess))

_evidence(index, container) := containers.evidence(index, container, "privileged", true) if {
	container.privileged == true
} else := containers.evidence(index, container, "linuxParameters.capabilities", lists) if {
	lists := object.get(container, ["linuxParameters", "capabilities"], null)
}
