# METADATA
# title: ECS Exec
# description: |
#   Where ECS Exec may be on: in clusters that carry the tag of `data.params.exec_allowed`. Without a configured tag it
#   may be on nowhere, and no cluster is looked at.
package lib.exec

import rego.v1

import data.lib.tags

# True when ECS Exec is known not to be allowed in the cluster with this ARN. With a configured tag that needs the
# cluster: one that is not in the document leaves this undefined.
forbidden(_) if data.params.exec_allowed.cluster_tag_key == ""

forbidden(arn) if {
	key := data.params.exec_allowed.cluster_tag_key
	key != ""
	cluster := input.ecs.clusters[arn]
	present := object.get(cluster, "tags", [])
	not tags.carries(present, key, data.params.exec_allowed.cluster_tag_values)
}

# What would have to hold, for messages.
expectation := "it off" if data.params.exec_allowed.cluster_tag_key == ""

expectation := sprintf("it off, or a cluster with the tag %q", [key]) if {
	key := data.params.exec_allowed.cluster_tag_key
	key != ""
}
