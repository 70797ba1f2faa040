package lib.instance_roles_test

import rego.v1

import data.lib.instance_roles

profile := "arn:aws:iam::123456789012:instance-profile/node"

roles := {
	"role/node": {"InstanceProfileList": [{"Arn": profile}]},
	"role/web": {"InstanceProfileList": []},
	"role/old": {},
}

test_the_machines_of_container_instances_have_the_role_of_their_profile if {
	found := instance_roles.of_instances with input.iam.roles as roles
		with input.ecs.container_instances as {"c": {
			"ec2InstanceId": "i-1",
			"containerInstanceArn": "arn:aws:ecs:eu-central-1:123456789012:container-instance/batch/0f",
		}}
		with input.ec2.instances as {"i-1": {"IamInstanceProfile": {"Arn": profile}}}
	found == {"role/node": {"the container instances of cluster \"batch\""}}
}

test_managed_instances_get_the_role_of_their_capacity_provider if {
	template := {"instanceLaunchTemplate": {"ec2InstanceProfileArn": profile}}
	found := instance_roles.of_instances with input.iam.roles as roles
		with input.ecs.capacity_providers as {"provider/own": {"managedInstancesProvider": template}}
	found == {"role/node": {"capacity provider \"own\""}}
}

test_machines_without_a_profile_have_no_role if {
	found := instance_roles.of_instances with input.iam.roles as roles
		with input.ecs.container_instances as {"c": {"ec2InstanceId": "i-1", "containerInstanceArn": "x/batch/0f"}}
		with input.ec2.instances as {"i-1": {}}
	found == {}
}
