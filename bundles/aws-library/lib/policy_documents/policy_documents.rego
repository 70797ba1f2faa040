# METADATA
# title: Policy documents
# description: |
#   How the policies of IAM are read: one value or a list of them, wildcards, and the elements that except instead of
#   naming.
package lib.policy_documents

import rego.v1

# What may be one value or a list, as a list.
list(value) := value if is_array(value)

list(value) := [value] if not is_array(value)

# The texts among them. IAM takes nothing else for an action or a resource; a template may hold a function there.
texts(value) := [text | some text in list(value); is_string(text)]

# True when a pattern, with `*` and `?`, stands for the text.
matches(pattern, text) if pattern == text

matches(pattern, text) if {
	_is_wild(pattern)
	startswith(text, beginning(pattern))
	regex.match(concat("", ["(?s)^", _expression(pattern), "$"]), text)
}

# True when one pattern stands for whatever another one does. Behind a `*` of the narrow one may be any number of
# characters, which takes a `*` of the wide one.
includes(wide, narrow) if matches(wide, replace(narrow, "*", "**"))

# True when two patterns may stand for the same: nothing in front of their first wildcards tells them apart.
overlap(one, other) if startswith(beginning(one), beginning(other))

overlap(one, other) if startswith(beginning(other), beginning(one))

# True for a pattern that stands for anything at all.
is_anything(pattern) if {
	contains(pattern, "*")
	trim(pattern, "*?") == ""
}

# True when a statement is about an action, in lower case, on a resource.
covers(statement, action, resource) if {
	covers_action(statement, action)
	_covers_resource(statement, resource)
}

# True when a statement is about an action, in lower case. Actions are compared without regard to case.
covers_action(statement, action) if {
	some pattern in texts(statement.Action)
	matches(lower(pattern), action)
}

covers_action(statement, action) if {
	patterns := texts(statement.NotAction)
	count([pattern | some pattern in patterns; matches(lower(pattern), action)]) == 0
}

_covers_resource(statement, resource) if {
	some pattern in texts(statement.Resource)
	matches(pattern, resource)
}

_covers_resource(statement, resource) if {
	patterns := texts(statement.NotResource)
	count([pattern | some pattern in patterns; matches(pattern, resource)]) == 0
}

_is_wild(pattern) if contains(pattern, "*")

_is_wild(pattern) if contains(pattern, "?")

_expression(pattern) := replace(replace(regex.replace(pattern, `[\\.+()|\[\]{}^$]`, `\$0`), "*", ".*"), "?", ".")

# What stands in front of the first wildcard of a pattern.
beginning(pattern) := split(split(pattern, "*")[0], "?")[0]
