# METADATA
# title: Revisions of task definitions
# description: |
#   Which revision of a family comes after which. The document holds the newest ACTIVE revision of every family beside
#   those in use, so the newest that it knows to be ACTIVE is the newest there is.
package lib.revisions

import rego.v1

# The ARN of the newest ACTIVE revision of the family, when it is newer than the revision with this ARN.
newer(arn) := newest if {
	revision := _parsed(arn)
	number := max(_active_of[revision.family])
	number > revision.number
	newest := sprintf("%s:%d", [revision.family, number])
}

# The ARN of the newest ACTIVE revision of the family with this ARN, which has no number.
newest(family) := sprintf("%s:%d", [family, max(_active_of[family])])

# The ARNs of all ACTIVE revisions of the family that the document holds and that are newer, the oldest first.
all_newer(arn) := [newer |
	some number in sort(_active_of[revision.family])
	number > revision.number
	newer := sprintf("%s:%d", [revision.family, number])
] if {
	revision := _parsed(arn)
}

# `web:7` out of an ARN.
label(arn) := parts[count(parts) - 1] if parts := split(arn, "/")

# Whole, because OPA goes through a partial rule again for each key that it is asked for.
_active_of := _active

_active[revision.family] contains revision.number if {
	some arn, definition in input.ecs.task_definitions
	definition.status == "ACTIVE"
	revision := _parsed(arn)
}

# The ARN without the number of the revision, and that number.
_parsed(arn) := {"family": concat(":", array.slice(parts, 0, last)), "number": to_number(parts[last])} if {
	parts := split(arn, ":")
	last := count(parts) - 1
	parts[last] != ""
	trim(parts[last], "0123456789") == ""
}
