# METADATA
# title: Docker's security options
# description: |
#   What the controls of `dockerSecurityOptions` share. An option is a key, and behind a colon or an equals sign its
#   value: `no-new-privileges`, `apparmor:PROFILE`, `label:type:TYPE`. AWS documents the field for Linux tasks on EC2;
#   Fargate refuses it, and ECS Anywhere hands it to Docker as EC2 does.
package lib.security_options

import rego.v1

import data.lib.containers
import data.lib.values

# Why a definition has no such options to judge. Undefined for one that has.
inapplicable(definition) := "it runs on Windows, which has no such security option" if {
	containers.windows(definition)
} else := "it cannot run on EC2, and dockerSecurityOptions are for EC2 alone" if {
	containers.runs_only_on(definition, {"FARGATE", "MANAGED_INSTANCES"})
}

# The definitions that controls on these options do not judge, with the reason.
excluded contains exclusion if {
	some arn, definition in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": inapplicable(definition)}
}

# The options of a container. Undefined where a template leaves any of them open.
of(container) := [] if {
	object.get(container, "dockerSecurityOptions", null) == null
} else := options if {
	options := container.dockerSecurityOptions
	is_array(options)
	every option in options {
		values.settled(option)
	}
}

# The values that the options of this key have, in their order; "" for one without a value.
values_of(options, key) := [value |
	some option in options
	is_string(option)
	parts := split(replace(option, "=", ":"), ":")
	parts[0] == key
	value := concat(":", array.slice(parts, 1, count(parts)))
]

# What is to be said of a container that may gain privileges while it runs. Undefined where it may not, and where a
# template leaves its options open.
escalation(index, container) := {
	"message": sprintf("container %q may gain privileges, expected \"no-new-privileges\" in dockerSecurityOptions", [
		containers.name(index, container),
	]),
	"evidence": containers.evidence(index, container, "dockerSecurityOptions", options),
} if {
	options := of(container)
	not no_new_privileges(options)
}

# True when the options keep a container from gaining privileges. Where `no-new-privileges` is named several times, Docker
# goes by the last.
no_new_privileges(options) if {
	settings := values_of(options, "no-new-privileges")
	settings[count(settings) - 1] in _true_values
}

# What Docker reads as true; the option without a value means the same.
_true_values := {"", "1", "t", "T", "true", "True", "TRUE"}
