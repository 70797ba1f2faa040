# METADATA
# title: Tags
# description: |
#   Reads tags as the ECS API prints them, `[{"key": …, "value": …}]`, or as most other APIs do, with `Key` and
#   `Value`, and judges them against what an organisation requires. Keys are compared as they are written: AWS tag
#   keys are case-sensitive. Tags under `aws:` are set by AWS itself and never count. A key or value that is no text,
#   as a function in a template, is not judged.
package lib.tags

import rego.v1

# The tags that a person or a tool set, as an object; `aws:` in any case is reserved for AWS.
own(tags) := {tag.key: object.get(tag, "value", "") |
	some tag in tags
	is_string(tag.key)
	not startswith(lower(tag.key), "aws:")
}

# True when one of the tags has this key and one of these values.
carries(tags, key, values) if {
	some tag in tags
	tag.key == key
	object.get(tag, "value", "") in values
}

# What is wrong with `tags` by `required`, which has the shape of `data.params.required_tags`: a set of objects with a
# `message`, a clause to put behind the name of the resource and a colon, and the `evidence`.
problems(tags, required) := _problems(own(tags), required, "tags[?key=='%s'].value")

# The same for tags with `Key` and `Value`.
capitalized_problems(tags, required) := _problems(own(small), required, "tags[?Key=='%s'].Value") if {
	small := [{"key": tag.Key, "value": object.get(tag, "Value", "")} | some tag in tags]
}

# `path` leads to the value of a tag, with `%s` for its key.
_problems(present, required, path) := union({
	_untagged(present, required),
	_missing(present, required, path),
	_not_allowed(present, required, path),
})

# Without configured keys any tag will do, as in Security Hub's ECS.13 to ECS.15.
_untagged(present, required) := {problem |
	count(required.keys) == 0
	count(present) == 0
	problem := {
		"message": "it has no tag, expected at least one besides those that AWS sets",
		"evidence": {"path": "tags", "value": []},
	}
}

_missing(present, required, path) := {problem |
	some key in required.keys
	object.get(present, key, null) == null
	problem := {
		"message": sprintf("the required tag %q is missing", [key]),
		"evidence": {
			"path": sprintf(path, [key]),
			"value": null,
			"key": key,
			"expected": object.get(required.values, key, []),
		},
	}
}

_not_allowed(present, required, path) := {problem |
	some key, allowed in required.values
	value := present[key]
	is_string(value)
	not value in allowed
	problem := {
		"message": sprintf("the tag %q has the value %q, expected one of %s", [key, value, _list(allowed)]),
		"evidence": {"path": sprintf(path, [key]), "value": value, "key": key, "expected": allowed},
	}
}

_list(values) := concat(", ", [sprintf("%q", [value]) | some value in values])
