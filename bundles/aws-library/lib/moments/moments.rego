# METADATA
# title: Moments
# description: |
#   Ages, counted from the moment when the document was taken: policies read no clock. The ECS API writes a moment as
#   seconds since 1970, the AWS CLI as text; a document may hold either.
package lib.moments

import rego.v1

# The days that have passed since a moment, a part of a day included. Undefined for what is no moment.
days_since(moment) := (_taken_at - _seconds(moment)) / 86400

_taken_at := _seconds(input.taken_at)

_seconds(moment) := moment if is_number(moment)

_seconds(moment) := time.parse_rfc3339_ns(moment) / 1000000000 if {
	is_string(moment)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$`, moment)
}
