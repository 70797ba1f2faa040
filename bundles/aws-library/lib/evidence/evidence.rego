# METADATA
# title: Evidence
# description: |
#   Whether something may be called missing. What stands in no collection is missing only when it was looked up: a call
#   that failed or was denied says nothing about what it would have told.
package lib.evidence

import rego.v1

# True when a collection holds the member with this key if there is one.
looked_up(collection, _) if input.coverage[collection].status == "complete"

# What was read in part names the members that it lacks, or else lacks no one knows which.
looked_up(collection, key) if {
	gaps := input.coverage[collection].gaps
	count(gaps) > 0
	every gap in gaps {
		count(gap.ids) > 0
		not key in gap.ids
	}
}
