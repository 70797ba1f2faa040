# METADATA
# title: Values
# description: |
#   Tells values that can be judged from those that a template leaves open. A template may write a function such as
#   `{"Ref": "Mode"}` where the API has a text, a number or a boolean; what it will come to is not known.
package lib.values

import rego.v1

# True for what stands there as it will be, null included, which the controls use for what is absent.
settled(value) if not is_object(value)
