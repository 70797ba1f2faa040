# METADATA
# title: Redacted free text
# description: |
#   The document never holds what people wrote into a definition, only `redacted:<class>:<keyed hash>` in its place.
#   The class is `plain`, or the kind of secret that was detected. This finds the places whose class is another one;
#   it hands on neither text nor hash.
package lib.redaction

import rego.v1

# The class of a redacted text. Undefined for text that was left as it was, such as a well-known log option.
class(text) := split(text, ":")[1] if {
	is_string(text)
	startswith(text, "redacted:")
}

# The texts of a container definition, or of a container override, that are not plain: a set of {"path", "name",
# "class"}, where `name` is what the text is the value of, and `path` leads there from the container.
suspects(container) := union({
	in_variables(container),
	in_list(container, ["command"]),
	in_list(container, ["entryPoint"]),
	in_list(container, ["healthCheck", "command"]),
	in_map(container, ["dockerLabels"]),
	in_map(container, ["logConfiguration", "options"]),
	in_map(container, ["firelensConfiguration", "options"]),
})

# The same for a volume of a definition: a driver's options may hold the password of a share.
suspects_of_volume(volume) := union({
	in_map(volume, ["dockerVolumeConfiguration", "driverOpts"]),
	in_map(volume, ["dockerVolumeConfiguration", "labels"]),
})

# The environment variables that are not plain. An estate has hundreds of thousands of texts, nearly all of them plain:
# those are passed over before anything else, here and below.
in_variables(container) := {suspect |
	some index, variable in container.environment
	text := variable.value
	is_string(text)
	not startswith(text, "redacted:plain:")
	found := class(text)
	found != "plain"
	suspect := {
		"path": sprintf("environment[%d].value", [index]),
		"name": object.get(variable, "name", ""),
		"class": found,
	}
}

# The texts of the list at `place` that are not plain; the list's own name stands for each.
in_list(thing, place) := {suspect |
	some index, text in object.get(thing, place, [])
	is_string(text)
	not startswith(text, "redacted:plain:")
	found := class(text)
	found != "plain"
	suspect := {
		"path": sprintf("%s[%d]", [concat(".", place), index]),
		"name": concat(".", place),
		"class": found,
	}
}

# The values of the object at `place` that are not plain. Keys are quoted as the AWS CLI's `--query` wants them.
in_map(thing, place) := {suspect |
	some key, text in object.get(thing, place, {})
	is_string(text)
	not startswith(text, "redacted:plain:")
	found := class(text)
	found != "plain"
	suspect := {
		"path": sprintf("%s.\"%s\"", [concat(".", place), key]),
		"name": key,
		"class": found,
	}
}
