package tidewaiter.controls.cluster.tiers_share_network_test

import rego.v1

import data.tidewaiter.controls.cluster.tiers_share_network as control

prod := "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"

dev := "arn:aws:ecs:eu-central-1:123456789012:cluster/dev"

by(boundary) := {"tag_key": "tier", "boundary": boundary}

cluster(tier) := {"tags": [{"key": "tier", "value": tier}]}

clusters := {prod: cluster("high"), dev: cluster("low")}

awsvpc(subnet) := {"awsvpcConfiguration": {"subnets": [subnet]}}

service(cluster_arn, subnet) := {"clusterArn": cluster_arn, "networkConfiguration": awsvpc(subnet)}

task(cluster_arn, subnet) := {
	"clusterArn": cluster_arn,
	"attachments": [{
		"type": "ElasticNetworkInterface",
		"details": [{"name": "subnetId", "value": subnet}],
	}],
}

subnets := {
	"subnet-1": {"VpcId": "vpc-1"},
	"subnet-2": {"VpcId": "vpc-1"},
	"subnet-3": {"VpcId": "vpc-3"},
}

estate(ecs) := {"ecs": object.union({"clusters": clusters}, ecs), "ec2": {"subnets": subnets}}

both(one, other) := estate({"services": {"a": service(prod, one), "b": service(dev, other)}})

resources(violations) := {violation.resource | some violation in violations}

test_denies_two_tiers_in_one_vpc if {
	violations := control.deny with input as both("subnet-1", "subnet-2")
		with data.params.tiers_share_network as by("vpc")
	resources(violations) == {prod, dev}
	{
		"resource": prod,
		"message": concat(" ", [
			"cluster \"prod\" of tier \"high\" shares VPC \"vpc-1\" with cluster \"dev\" of tier \"low\",",
			"expected one of its own",
		]),
		"evidence": {
			"path": "tags[?key=='tier'].value",
			"value": "high",
			"shared": "vpc-1",
			"cluster": dev,
		},
	} in violations
}

test_denies_two_tiers_in_one_subnet if {
	violations := control.deny with input as both("subnet-1", "subnet-1")
		with data.params.tiers_share_network as by("subnet")
	resources(violations) == {prod, dev}
}

test_denies_a_task_and_a_task_set_beside_a_service if {
	ecs := {
		"services": {"a": service(prod, "subnet-1")},
		"tasks": {"t": task(dev, "subnet-1")},
	}
	violations := control.deny with input as estate(ecs) with data.params.tiers_share_network as by("subnet")
	resources(violations) == {prod, dev}
	sets := {
		"services": {"a": service(prod, "subnet-1")},
		"task_sets": {"s": service(dev, "subnet-1")},
	}
	others := control.deny with input as estate(sets) with data.params.tiers_share_network as by("subnet")
	resources(others) == {prod, dev}
}

test_allows_two_subnets_of_one_vpc_where_subnets_are_the_boundary if {
	violations := control.deny with input as both("subnet-1", "subnet-2")
		with data.params.tiers_share_network as by("subnet")
	count(violations) == 0
}

test_allows_networks_of_their_own if {
	violations := control.deny with input as both("subnet-1", "subnet-3")
		with data.params.tiers_share_network as by("vpc")
	excluded := control.exclude with input as both("subnet-1", "subnet-3")
		with data.params.tiers_share_network as by("vpc")
	count(violations) == 0
	count(excluded) == 0
}

test_allows_one_tier_in_one_vpc if {
	violations := control.deny with input as both("subnet-1", "subnet-2")
		with input.ecs.clusters as {prod: cluster("high"), dev: cluster("high")}
		with data.params.tiers_share_network as by("vpc")
	count(violations) == 0
}

test_allows_a_task_that_has_stopped if {
	ecs := {
		"services": {"a": service(prod, "subnet-1")},
		"tasks": {"t": object.union(task(dev, "subnet-1"), {"lastStatus": "STOPPED"})},
	}
	violations := control.deny with input as estate(ecs) with data.params.tiers_share_network as by("vpc")
	count(violations) == 0
}

test_excludes_every_cluster_without_a_tag_key if {
	violations := control.deny with input as both("subnet-1", "subnet-1")
	excluded := control.exclude with input as both("subnet-1", "subnet-1")
	count(violations) == 0
	resources(excluded) == {prod, dev}
}

test_excludes_a_cluster_of_no_tier if {
	excluded := control.exclude with input as both("subnet-1", "subnet-1")
		with input.ecs.clusters as {prod: cluster("high"), dev: {"tags": []}}
		with data.params.tiers_share_network as by("vpc")
	excluded == {{"resource": dev, "reason": "the cluster has no tag \"tier\""}}
}

# A head that is undefined for one subnet must not take the others with it.
test_judges_the_other_places_of_a_cluster_with_a_subnet_that_is_not_in_the_document if {
	services := {
		"a": {"clusterArn": prod, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-9", "subnet-1"]}}},
		"b": service(dev, "subnet-2"),
		"c": service("arn:aws:ecs:eu-central-1:123456789012:cluster/untagged", "subnet-9"),
	}
	violations := control.deny with input as estate({"services": services})
		with data.params.tiers_share_network as by("vpc")
	resources(violations) == {prod, dev}
}
