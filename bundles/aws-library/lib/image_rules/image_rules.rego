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
	holds(condition.operator, {text}, condition.values)
}

meets(_, condition) if not _is_understood(condition)

# Why an image meets a condition, and what would be right.
in_words(found, condition) := sprintf("whose %s is %q, %s", [
	condition.part,
	_part(found, condition.part),
	expected(condition.operator, condition.values),
]) if {
	_is_understood(condition)
} else := sprintf(
	"expected a condition with a part, an operator and values that are known, not %s",
	[json.marshal(condition)],
)

# What would be right, in words.
expected(operator, values) := sprintf("expected one that %s %s", [
	_right[operator],
	concat(" or ", [json.marshal(value) | some value in values]),
])

# The operators that there are.
operators := {operator | some operator, _ in _right}

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

_part(found, "tag") := tag(found)

# The tag that an image is pulled by; "" where only a digest says which one it is.
tag(found) := "latest" if {
	found.valid
	found.tag == ""
	found.digest == ""
} else := found.tag

# True when an operator holds between the names of one thing, of which there may be several, and values.
holds("equals", texts, values) if _equals_any(texts, values)

holds("notEquals", texts, values) if not _equals_any(texts, values)

holds("contains", texts, values) if _contains_any(texts, values)

holds("notContains", texts, values) if not _contains_any(texts, values)

holds("startsWith", texts, values) if {
	some text in texts
	some value in values
	startswith(text, value)
}

_equals_any(texts, values) if {
	some text in texts
	text in values
}

_contains_any(texts, values) if {
	some text in texts
	some value in values
	contains(text, value)
}
