# METADATA
# title: Event patterns
# description: |
#   Which events a rule of EventBridge matches. A pattern names, for the members of an event that it cares about, the values
#   that they may have, or matchers of values. What a pattern asks for beyond the members that an event is described by,
#   such as one cluster among others, is not looked at; a matcher that is not known matches nothing.
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
	every member in event {
		_admits(object.get(pattern, member.path, null), member.value)
	}
	_any_alternative(pattern, event)
}

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

_fits(condition, value) if startswith(value, _text(condition, "prefix"))

_fits(condition, value) if endswith(value, _text(condition, "suffix"))

_fits(condition, value) if glob.match(_text(condition, "wildcard"), null, value)

_fits(condition, value) if lower(value) == lower(_text(condition, "equals-ignore-case"))

_fits(condition, _) if condition.exists == true

_fits(condition, value) if _text(condition, "anything-but") != value

_fits(condition, value) if {
	is_array(condition["anything-but"])
	not value in condition["anything-but"]
}

# What a matcher compares with, where that is a text; it may be a matcher itself.
_text(condition, matcher) := condition[matcher] if is_string(condition[matcher])
