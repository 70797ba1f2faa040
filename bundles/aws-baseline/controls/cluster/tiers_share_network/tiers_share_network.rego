# METADATA
# title: ECS clusters of different sensitivity do not share a network
# description: |
#   Workloads of different sensitivity belong into networks of their own, so that a container that was taken over in one
#   tier finds no way into another. The parameter `tiers_share_network.tag_key` names the tag whose value is a cluster's
#   tier; while it is empty, no cluster is judged. The control fails for each VPC, or, with the parameter `boundary`
#   `subnet`, for each subnet, in which tasks of a cluster run or are configured to run and that a cluster of another
#   tier uses too. It looks at services, at their older deployments and task sets, and at the network interfaces of
#   tasks; tasks that use the network of their host are not seen. A cluster without the tag belongs to no tier and is
#   not applicable. A subnet that is not in the document gives no violation.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html
#   - https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-best-practices.html
# custom:
#   id: CL07
#   severity: medium
#   resources: ecs.clusters
#   covers: {}
#   parameters: [tiers_share_network]
#   remediation:
#     text: |
#       Move the services of one of the clusters to subnets, or to a VPC, of its tier, and change what starts tasks
#       outside services likewise. If a cluster's tag names the wrong tier, correct the tag.
package tidewaiter.controls.cluster.tiers_share_network

import rego.v1

import data.lib.arns
import data.lib.network
import data.lib.tags
import data.lib.tasks

params := data.params.tiers_share_network

deny contains violation if {
	params.tag_key != ""
	some arn, tier in tier_of
	some place in places[arn]
	some other in clusters_in[place]
	tier_of[other] != tier
	violation := {
		"resource": arn,
		"message": sprintf(
			"cluster %q of tier %q shares %s %q with cluster %q of tier %q, expected one of its own",
			[arns.name(arn), tier, noun, place, arns.name(other), tier_of[other]],
		),
		"evidence": {
			"path": sprintf("tags[?key=='%s'].value", [params.tag_key]),
			"value": tier,
			"shared": place,
			"cluster": other,
		},
	}
}

exclude contains exclusion if {
	params.tag_key == ""
	some arn, _ in input.ecs.clusters
	exclusion := {"resource": arn, "reason": "the parameter tiers_share_network.tag_key is empty"}
}

exclude contains exclusion if {
	params.tag_key != ""
	some arn, _ in input.ecs.clusters
	not tier_of[arn]
	exclusion := {"resource": arn, "reason": sprintf("the cluster has no tag %q", [params.tag_key])}
}

tier_of[arn] := tier if {
	some arn, cluster in input.ecs.clusters
	tier := tags.own(object.get(cluster, "tags", []))[params.tag_key]
}

noun := "subnet" if params.boundary == "subnet"

else := "VPC"

# What clusters of a tier must have for themselves, by the cluster's ARN.
places[cluster] contains subnet if {
	params.boundary == "subnet"
	some cluster, ids in subnets
	some subnet in ids
}

places[cluster] contains vpc if {
	params.boundary != "subnet"
	some cluster, ids in subnets
	some subnet in ids
	vpc := input.ec2.subnets[subnet].VpcId
}

clusters_in[place] contains cluster if {
	some cluster, them in places
	some place in them
}

subnets[service.clusterArn] contains subnet if {
	some service in input.ecs.services
	some configuration in network.configurations(service)
	some subnet in network.subnets(configuration.awsvpc)
}

subnets[task_set.clusterArn] contains subnet if {
	some task_set in input.ecs.task_sets
	some subnet in network.subnets(network.awsvpc(task_set))
}

subnets[task.clusterArn] contains interface.subnet if {
	some task in input.ecs.tasks
	not tasks.stopped(task)
	some interface in tasks.interfaces(task)
	interface.subnet != null
}
