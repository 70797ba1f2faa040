# METADATA
# title: ARNs
# description: |
#   Reads the names that people know things by out of their ARNs. The ARN is the key that every resource stands under,
#   so it is always there, while a name in a body may be missing.
package lib.arns

import rego.v1

# The last part of an ARN: the name of a cluster, service or capacity provider, the id of a task. What is no text, as a
# function in a template, is shown as it is: a violation must not be lost for want of a name.
name(arn) := parts[count(parts) - 1] if {
	is_string(arn)
	parts := split(arn, "/")
}

name(arn) := json.marshal(arn) if not is_string(arn)
