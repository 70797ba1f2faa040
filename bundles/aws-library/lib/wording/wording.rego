# METADATA
# title: Wording
# description: |
#   How messages name several things without growing with their number.
package lib.wording

import rego.v1

# All of a set of texts, or the first three and how many more there are.
few(texts) := concat(" and ", sort(texts)) if count(texts) < 3

few(texts) := sprintf("%s and %s", [concat(", ", array.slice(sort(texts), 0, 2)), sort(texts)[2]]) if count(texts) == 3

few(texts) := sprintf("%s and %d more", [concat(", ", array.slice(sort(texts), 0, 3)), count(texts) - 3]) if {
	count(texts) > 3
}
