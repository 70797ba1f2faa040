# METADATA
# title: Rules about what images are called
# description: |
#   Conditions on the parts of an image's name, as parameters hold them: a `part`, an `operator` and `values`. What a
#   condition does not say right is met by every image, so that a slip of the pen does not go unnoticed.
package lib.image_rules

import rego.v1

# True when an image, as `lib.image` reads it, meets a condition.
meets(found, condition) if {
	text := _part(found, condition.part)
	_holds(condition.operator, text, condition.values)
}

meets(_, condition) if not _is_understood(condition)

# Why an image meets a condition, and what would be right.
in_words(found, condition) := sprintf("whose %s is %q, expected one that %s %s", [
	condition.part,
	_part(found, condition.part),
	_right[condition.operator],
	concat(" or ", [json.marshal(value) | some value in condition.values]),
]) if {
	_is_understood(condition)
} else := sprintf(
	"expected a condition with a part, an operator and values that are known, not %s",
	[json.marshal(condition)],
)

_right := {
	"equals": "is not",
	"notEquals": "is",
	"contains": "does not contain",
	"notContains": "contains",
	"startsWith": "does not begin with",
}

_is_understood(condition) if {
	is_array(condition.values)
	condition.part in {"name", "path", "registry", "tag"}
	_right[condition.operator]
}

_part(found, "registry") := found.registry

_part(found, "path") := found.repository

_part(found, "name") := parts[count(parts) - 1] if parts := split(found.repository, "/")

_part(found, "tag") := "latest" if {
	found.valid
	found.tag == ""
	found.digest == ""
} else := found.tag

_holds("equals", text, values) if text in values

_holds("notEquals", text, values) if not text in values

_holds("contains", text, values) if _contains_any(text, values)

_holds("notContains", text, values) if not _contains_any(text, values)

_holds("startsWith", text, values) if {
	some value in values
	startswith(text, value)
}

_contains_any(text, values) if {
	some value in values
	contains(text, value)
}
