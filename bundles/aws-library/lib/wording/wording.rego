# METADATA
# title: Wording
# description: |
#   How messages name several things without growing with their number.
package lib.wording

import rego.v1

# The first three of a set of texts, and how many more there are.
few(texts) := concat(" and ", sort(texts)) if count(texts) < 3

few(texts) := concat("", [concat(", ", array.slice(sort(texts), 0, 3)), _more(count(texts) - 3)]) if count(texts) > 2

_more(0) := ""

_more(number) := sprintf(" and %d more", [number]) if number > 0
