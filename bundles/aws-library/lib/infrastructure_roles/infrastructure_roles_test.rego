package lib.infrastructure_roles_test

import rego.v1

import data.lib.infrastructure_roles

used(collections) := uses if {
	uses := infrastructure_roles.uses with input as object.union({"iam": {"roles": {"role": {}}}}, collections)
}

test_services_have_roles_for_what_their_deployments_need if {
	every kind, deployment in {
		"volumes": {"volumeConfigurations": [{"managedEBSVolume": {"roleArn": "role"}}]},
		"VPC Lattice": {"vpcLatticeConfigurations": [{"roleArn": "role"}]},
		"certificates": {"serviceConnectConfiguration": {"services": [{"tls": {"roleArn": "role"}}]}},
	} {
		services := {"service/prod/web": {"deployments": [deployment]}}
		used({"ecs": {"services": services}}) == {"role": {sprintf("%s of service \"web\"", [kind])}}
	}
}

balanced := {"loadBalancers": [{"advancedConfiguration": {"roleArn": "role"}}, {}]}

test_services_and_task_sets_have_roles_for_load_balancers if {
	used({"ecs": {"services": {"service/web": balanced}}}) == {"role": {"load balancers of service \"web\""}}
	used({"ecs": {"task_sets": {"task-set/1": balanced}}}) == {"role": {"load balancers of task set \"1\""}}
}

test_tasks_have_roles_for_their_volumes if {
	attachments := [{"type": "AmazonElasticBlockStorage", "details": [{"name": "roleArn", "value": "role"}]}]
	running := {"task/0f": {"lastStatus": "RUNNING", "attachments": attachments}}
	used({"ecs": {"tasks": running}}) == {"role": {"volumes of task \"0f\""}}
	stopped := {"task/0f": {"lastStatus": "STOPPED", "attachments": attachments}}
	used({"ecs": {"tasks": stopped}}) == {}
}

test_launches_have_roles_for_volumes if {
	target := {"Arn": "c", "EcsParameters": {"VolumeConfigurations": [{"ManagedEBSVolume": {"RoleArn": "role"}}]}}
	used({"events": {"rules": {"rule/nightly": {"Targets": [target]}}}}) == {
		"role": {"volumes of tasks of rule \"nightly\""},
	}
	used({"scheduler": {"schedules": {"schedule/default/nightly": {"Target": target}}}}) == {
		"role": {"volumes of tasks of schedule \"nightly\""},
	}
}

test_capacity_providers_and_express_services_have_roles if {
	providers := {"provider/own": {"managedInstancesProvider": {"infrastructureRoleArn": "role"}}}
	used({"ecs": {"capacity_providers": providers}}) == {"role": {"managed instances of capacity provider \"own\""}}
	services := {"service/web": {"infrastructureRoleArn": "role"}}
	used({"ecs": {"express_services": services}}) == {"role": {"Express Mode service \"web\""}}
	deleted := {"service/web": {"infrastructureRoleArn": "role", "status": {"statusCode": "INACTIVE"}}}
	used({"ecs": {"express_services": deleted}}) == {}
}

test_roles_of_other_accounts_are_not_judged if {
	services := {"service/web": {"infrastructureRoleArn": "elsewhere"}}
	used({"ecs": {"express_services": services}}) == {}
}
