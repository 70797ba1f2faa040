package lib.network_test

import rego.v1

import data.lib.network

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

body(subnet) := {"networkConfiguration": {"awsvpcConfiguration": {"subnets": [subnet]}}}

deployment(status, subnet) := object.union(body(subnet), {"id": "ecs-svc/1", "status": status})

test_awsvpc_reads_the_configuration if {
	network.awsvpc(body("subnet-1")) == {"subnets": ["subnet-1"]}
}

test_awsvpc_is_undefined_without_a_configuration if {
	not network.awsvpc({"serviceName": "web"})
}

test_configurations_hold_the_one_of_the_service if {
	network.configurations(body("subnet-1")) == {{"deployment": null, "awsvpc": {"subnets": ["subnet-1"]}}}
}

test_configurations_are_empty_without_awsvpc if {
	network.configurations({"serviceName": "web"}) == set()
}

test_configurations_hold_an_older_deployment_that_differs if {
	service := object.union(body("subnet-1"), {"deployments": [deployment("ACTIVE", "subnet-2")]})
	found := network.configurations(service)
	{configuration.deployment | some configuration in found} == {null, "ecs-svc/1"}
}

test_configurations_leave_out_an_older_deployment_that_is_the_same if {
	service := object.union(body("subnet-1"), {"deployments": [deployment("ACTIVE", "subnet-1")]})
	count(network.configurations(service)) == 1
}

test_configurations_leave_out_a_replaced_deployment if {
	service := object.union(body("subnet-1"), {"deployments": [deployment("INACTIVE", "subnet-2")]})
	count(network.configurations(service)) == 1
}

test_configurations_leave_out_the_primary_deployment if {
	service := object.union(body("subnet-1"), {"deployments": [deployment("PRIMARY", "subnet-2")]})
	count(network.configurations(service)) == 1
}

test_public_ip_setting_is_what_is_not_disabled if {
	network.public_ip_setting({"assignPublicIp": "ENABLED"}) == "ENABLED"
}

test_public_ip_setting_keeps_a_value_that_is_not_known if {
	network.public_ip_setting({"assignPublicIp": "DUALSTACK"}) == "DUALSTACK"
}

test_public_ip_setting_is_undefined_when_disabled if {
	not network.public_ip_setting({"assignPublicIp": "DISABLED"})
}

test_public_ip_setting_is_undefined_when_absent if {
	not network.public_ip_setting({"subnets": ["subnet-1"]})
}

test_subnets_outside_are_those_that_are_not_listed if {
	network.subnets_outside({"subnets": ["subnet-1", "subnet-2"]}, ["subnet-1"]) == {"subnet-2"}
}

test_subnets_are_the_ids if {
	network.subnets({"subnets": ["subnet-1", {"Ref": "Subnet"}]}) == {"subnet-1"}
}

test_subnets_are_none_when_a_template_leaves_the_list_open if {
	network.subnets({"subnets": {"Ref": "Subnets"}}) == set()
}

test_security_groups_are_the_ids if {
	network.security_groups({"securityGroups": ["sg-1", "sg-2"]}) == {"sg-1", "sg-2"}
}

test_security_groups_are_none_when_absent if {
	network.security_groups({"subnets": ["subnet-1"]}) == set()
}

test_uses_awsvpc_with_a_configuration if {
	network.uses_awsvpc(body("subnet-1"))
}

test_uses_awsvpc_while_an_older_deployment_does if {
	network.uses_awsvpc({"deployments": [deployment("ACTIVE", "subnet-1")]})
}

test_does_not_use_awsvpc_without_a_configuration if {
	not network.uses_awsvpc({"deployments": [deployment("INACTIVE", "subnet-1")]})
}

test_subject_of_the_service_names_it if {
	network.subject(arn, {"deployment": null}) == "service \"web\""
}

test_subject_of_a_deployment_names_both if {
	subject := network.subject(arn, {"deployment": "ecs-svc/1"})
	subject == "deployment \"ecs-svc/1\" of service \"web\", which still runs tasks,"
}

test_path_of_the_service_begins_at_its_configuration if {
	path := network.path_of({"deployment": null}, "subnets")
	path == "networkConfiguration.awsvpcConfiguration.subnets"
}

test_path_of_a_deployment_finds_it_by_id if {
	path := network.path_of({"deployment": "ecs-svc/1"}, "subnets")
	path == "deployments[?id=='ecs-svc/1'].networkConfiguration.awsvpcConfiguration.subnets"
}

test_public_ip_setting_is_undefined_when_a_template_leaves_it_open if {
	not network.public_ip_setting({"assignPublicIp": {"Ref": "PublicIp"}})
}
