package lib.deployments_test

import rego.v1

import data.lib.deployments

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

service := {"deployments": [
	{"id": "ecs-svc/1", "status": "PRIMARY"},
	{"id": "ecs-svc/2", "status": "ACTIVE"},
	{"id": "ecs-svc/3", "status": "INACTIVE"},
	{"id": "ecs-svc/4"},
]}

test_what_was_replaced_completely_does_not_run if {
	[deployment.id | some deployment in deployments.running(service)] == ["ecs-svc/1", "ecs-svc/2", "ecs-svc/4"]
	deployments.running({}) == []
}

test_the_newest_deployment_stands_for_its_service if {
	deployments.subject(arn, {"id": "ecs-svc/1", "status": "PRIMARY"}) == "service \"web\""
	older := "deployment \"ecs-svc/2\" of service \"web\", which still runs tasks,"
	deployments.subject(arn, {"id": "ecs-svc/2", "status": "ACTIVE"}) == older
	deployments.subject(arn, {"id": "ecs-svc/2"}) == older
}

test_a_path_leads_to_the_deployment if {
	deployments.path({"id": "ecs-svc/1"}, "a.b") == "deployments[?id=='ecs-svc/1'].a.b"
}

test_units_are_the_service_its_running_deployments_and_its_task_sets if {
	found := deployments.units(object.union(service, {"taskSets": [{"id": "ecs-svc/9"}]}))
	[[unit.subject, unit.path] | some unit in found] == [
		["service", ""],
		["deployment \"ecs-svc/1\" of service", "deployments[?id=='ecs-svc/1']."],
		["deployment \"ecs-svc/2\" of service", "deployments[?id=='ecs-svc/2']."],
		["deployment \"ecs-svc/4\" of service", "deployments[?id=='ecs-svc/4']."],
		["task set \"ecs-svc/9\" of service", "taskSets[?id=='ecs-svc/9']."],
	]
	found[4].body == {"id": "ecs-svc/9"}
}

test_ecs_deploys_unless_another_controller_does if {
	deployments.elsewhere({"deploymentController": {"type": "CODE_DEPLOY"}})
	deployments.elsewhere({"deploymentController": {"type": "EXTERNAL"}})
	not deployments.elsewhere({"deploymentController": {"type": "ECS"}})
	not deployments.elsewhere({"deploymentController": {"type": "LATER"}})
	not deployments.elsewhere({})
}
