package lib.hosting_test

import rego.v1

import data.lib.hosting

awsvpc(subnet) := {"networkConfiguration": {"awsvpcConfiguration": {"subnets": [subnet]}}}

launching(subnet) := {
	"Id": "1",
	"Arn": "arn:aws:ecs:eu-central-1:123456789012:cluster/prod",
	"EcsParameters": {"NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": [subnet]}}},
}

running(subnet) := {"lastStatus": "RUNNING", "attachments": [{
	"type": "ElasticNetworkInterface",
	"details": [{"name": "subnetId", "value": subnet}],
}]}

instance := {"attributes": [
	{"name": "ecs.subnet-id", "value": "subnet-7"},
	{"name": "ecs.vpc-id", "value": "vpc-7"},
	{"name": "ecs.capability.task-eni"},
]}

estate := {
	"account": {"id": "123456789012"},
	"ecs": {"services": {"service-1": awsvpc("subnet-1")}},
	"ec2": {
		"vpcs": {
			"vpc-1": {"VpcId": "vpc-1", "OwnerId": "123456789012"},
			"vpc-2": {"VpcId": "vpc-2"},
			"vpc-3": {"VpcId": "vpc-3", "OwnerId": "210987654321"},
		},
		"subnets": {
			"subnet-1": {"VpcId": "vpc-1"},
			"subnet-2": {"VpcId": "vpc-2"},
			"subnet-3": {"VpcId": "vpc-3", "OwnerId": "210987654321"},
		},
	},
}

unused := "no task runs in it, and nothing is configured to start one there"

test_subnets_are_those_that_anything_names_or_tasks_run_in if {
	found := hosting.subnets with input.ecs.services as {"service-1": awsvpc("subnet-1")}
		with input.ecs.task_sets as {"task-set-1": awsvpc("subnet-2")}
		with input.ecs.tasks as {"task-1": running("subnet-3")}
		with input.events.rules as {"rule-1": {"State": "ENABLED", "Targets": [launching("subnet-4")]}}
		with input.scheduler.schedules as {"schedule-1": {"State": "ENABLED", "Target": launching("subnet-5")}}
		with input.ecs.container_instances as {"instance-1": instance}
	found == {"subnet-1", "subnet-2", "subnet-3", "subnet-4", "subnet-5", "subnet-7"}
}

test_subnets_are_those_of_older_deployments_too if {
	draining := object.union(awsvpc("subnet-2"), {"id": "ecs-svc/1", "status": "ACTIVE"})
	service := object.union(awsvpc("subnet-1"), {"deployments": [draining]})
	found := hosting.subnets with input.ecs.services as {"service-1": service}
	found == {"subnet-1", "subnet-2"}
}

test_what_starts_no_task_hosts_none if {
	found := hosting.subnets with input.ecs.services as {"service-1": {"serviceName": "web"}}
		with input.ecs.tasks as {
			"task-1": object.union(running("subnet-1"), {"lastStatus": "STOPPED"}),
			"task-2": {"lastStatus": "RUNNING"},
		}
		with input.events.rules as {"rule-1": {"State": "DISABLED", "Targets": [launching("subnet-2")]}}
		with input.scheduler.schedules as {"schedule-1": {"State": "DISABLED", "Target": launching("subnet-3")}}
	found == set()
}

test_vpcs_are_those_of_the_subnets_and_of_container_instances if {
	found := hosting.vpcs with input as estate
		with input.ecs.container_instances as {"instance-1": instance}
	found == {"vpc-1", "vpc-7"}
}

test_only_networks_with_tasks_are_judged if {
	document := estate
	hosting.judged_vpcs == {"vpc-1"} with input as document
	hosting.judged_subnets == {"subnet-1"} with input as document
	hosting.excluded_vpcs == {
		{"resource": "vpc-2", "reason": unused},
		{"resource": "vpc-3", "reason": "it belongs to account 210987654321, which shares it"},
	} with input as document
	hosting.excluded_subnets == {
		{"resource": "subnet-2", "reason": unused},
		{"resource": "subnet-3", "reason": "it belongs to account 210987654321, which shares it"},
	} with input as document
}

test_all_networks_of_the_account_are_judged_by_parameter if {
	every_vpc := hosting.judged_vpcs with input as estate with data.params.judged_networks.scope as "all"
	every_subnet := hosting.judged_subnets with input as estate with data.params.judged_networks.scope as "all"
	every_vpc == {"vpc-1", "vpc-2"}
	every_subnet == {"subnet-1", "subnet-2"}
}

test_judged_subnets_of_a_vpc_are_its_own if {
	hosting.judged_subnets_of("vpc-1") == {"subnet-1"} with input as estate
	hosting.judged_subnets_of("vpc-2") == set() with input as estate
}

test_a_shared_network_is_not_judged_though_tasks_run_in_it if {
	document := object.union(estate, {"ecs": {"services": {"service-1": awsvpc("subnet-3")}}})
	hosting.judged_vpcs == set() with input as document
	hosting.judged_subnets == set() with input as document
}

test_named_tells_one_from_several if {
	hosting.named({"subnet-1"}) == "subnet \"subnet-1\""
	hosting.named({"subnet-2", "subnet-1"}) == "subnets \"subnet-1\", \"subnet-2\""
}
