# METADATA
# title: Event patterns
# description: |
#   Which events a rule of EventBridge matches. A pattern names, for the members of an event that it cares about, the values
#   that they may have, or matchers of values. Every event has the account and the Region that the document is of. What a
#   pattern asks for beyond the members that an event is described by, such as one cluster among others, is not looked
#   at; a matcher that is not known matches nothing.
#   https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html lists the matchers.
package lib.event_patterns

import rego.v1

# The patterns of the rules that are on, by ARN.
enabled[arn] := pattern if {
	some arn, rule in input.events.patterns
	rule.State in {"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
	json.is_valid(rule.EventPattern)
	pattern := json.unmarshal(rule.EventPattern)
	is_object(pattern)
}

# True when a pattern matches events of which these members are known: values by the paths that lead to them.
matches(pattern, event) if {
	known := array.concat(event, _of_here)
	every member in known {
		_admits(object.get(pattern, member.path, null), member.value)
	}
	_any_alternative(pattern, known)
}

_of_here := array.concat(
	[member | member := {"path": ["account"], "value": input.account.id}],
	[member | member := {"path": ["region"], "value": input.region}],
)

# True when a pattern asks for the member at the end of a path at all.
names(pattern, path) if object.get(pattern, path, null) != null

_any_alternative(pattern, _) if not pattern["$or"]

_any_alternative(pattern, event) if {
	some alternative in pattern["$or"]
	every member in event {
		_admits(object.get(alternative, member.path, null), member.value)
	}
}

# What a pattern does not name it does not ask for.
_admits(conditions, _) if conditions == null

_admits(conditions, value) if {
	is_array(conditions)
	some condition in conditions
	_fits(condition, value)
}

_fits(condition, value) if condition == value

_fits(condition, value) if _reads(condition, value)

_fits(condition, _) if condition.exists == true

_fits(condition, value) if {
	is_string(condition["anything-but"])
	condition["anything-but"] != value
}

_fits(condition, value) if {
	is_array(condition["anything-but"])
	not value in condition["anything-but"]
}

_fits(condition, value) if {
	is_object(condition["anything-but"])
	_is_reader(condition["anything-but"])
	not _reads(condition["anything-but"], value)
}

# True when a matcher that looks at what a text is made of finds it in a value.
_reads(matcher, value) if {
	some text in _texts(matcher, "prefix")
	startswith(value, text)
}

_reads(matcher, value) if {
	some text in _texts(matcher.prefix, "equals-ignore-case")
	startswith(lower(value), lower(text))
}

_reads(matcher, value) if {
	some text in _texts(matcher, "suffix")
	endswith(value, text)
}

_reads(matcher, value) if {
	some text in _texts(matcher.suffix, "equals-ignore-case")
	endswith(lower(value), lower(text))
}

_reads(matcher, value) if {
	some text in _texts(matcher, "wildcard")
	glob.match(text, null, value)
}

_reads(matcher, value) if {
	some text in _texts(matcher, "equals-ignore-case")
	lower(value) == lower(text)
}

_is_reader(matcher) if {
	some name in ["equals-ignore-case", "prefix", "suffix", "wildcard"]
	count(_texts(matcher, name)) > 0
}

# What a matcher compares with: one text or, behind `anything-but`, several.
_texts(matcher, name) := {matcher[name]} if is_string(matcher[name])

_texts(matcher, name) := {text | some text in matcher[name]; is_string(text)} if is_array(matcher[name])
