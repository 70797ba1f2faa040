package lib.task_roles_test

import rego.v1

import data.lib.task_roles

here := {"account": {"id": "123456789012", "partition": "aws"}, "region": "eu-central-1"}

role(name) := sprintf("arn:aws:iam::123456789012:role/%s", [name])

arn(kind, name) := sprintf("arn:aws:ecs:eu-central-1:123456789012:%s/%s", [kind, name])

definition(name) := arn("task-definition", name)

runs_with(task, execution) := {"status": "ACTIVE", "taskRoleArn": task, "executionRoleArn": execution}

estate(collections) := object.union(object.union(here, collections), {"iam": {"roles": {
	role("web"): {},
	role("path/ecs"): {},
}}})

web := {definition("web:7"): runs_with(role("web"), role("path/ecs"))}

uses(collections) := {"tasks": of_tasks, "execution": of_execution} if {
	of_tasks := task_roles.of_tasks with input as estate(collections)
	of_execution := task_roles.of_execution with input as estate(collections)
}

expected := {
	"tasks": {role("web"): {"family \"web\""}},
	"execution": {role("path/ecs"): {"family \"web\""}},
}

test_a_definition_is_in_use_through_whatever_names_it if {
	every user in [
		{"services": {"s": {"taskDefinition": definition("web:7")}}},
		{"services": {"s": {"deployments": [{"taskDefinition": definition("web:7")}]}}},
		{"task_sets": {"s": {"taskDefinition": definition("web:7")}}},
		{"tasks": {"t": {"taskDefinitionArn": definition("web:7"), "lastStatus": "RUNNING"}}},
	] {
		uses({"ecs": object.union(user, {"task_definitions": web})}) == expected
	}
}

target := {"Arn": arn("cluster", "prod"), "EcsParameters": {"TaskDefinitionArn": definition("web")}}

test_rules_and_schedules_use_definitions if {
	every user in [
		{"events": {"rules": {"r": {"Targets": [target]}}}},
		{"scheduler": {"schedules": {"s": {"State": "DISABLED", "Target": target}}}},
	] {
		uses(object.union(user, {"ecs": {"task_definitions": web}})) == expected
	}
}

test_what_nothing_runs_uses_no_role if {
	stopped := {"t": {"taskDefinitionArn": definition("web:7"), "lastStatus": "STOPPED"}}
	found := uses({"ecs": {"task_definitions": web, "tasks": stopped}})
	found == {"tasks": {}, "execution": {}}
}

test_overrides_count_for_tasks_and_for_launches if {
	overridden := {"taskRoleArn": role("web"), "executionRoleArn": role("path/ecs")}
	task := {"taskDefinitionArn": definition("web:7"), "lastStatus": "RUNNING", "overrides": overridden}
	uses({"ecs": {"tasks": {"t": task}}}) == expected
	rule := {"Targets": [object.union(target, {"Input": json.marshal(overridden)})]}
	uses({"events": {"rules": {"r": rule}}}) == expected
	nameless := {"Targets": [{"EcsParameters": {}, "Arn": "c", "Input": json.marshal(overridden)}]}
	uses({"events": {"rules": {"r": nameless}}}) == {"tasks": {}, "execution": {}}
}

test_daemons_and_express_services_have_roles if {
	daemons := {
		"daemons": {arn("daemon", "agent"): {"currentRevisions": [{"arn": "revision-1"}]}},
		"daemon_revisions": {"revision-1": {"daemonTaskDefinitionArn": "definition-1"}},
		"daemon_task_definitions": {"definition-1": runs_with(role("web"), "")},
	}
	uses({"ecs": daemons}).tasks == {role("web"): {"daemon \"agent\""}}
	services := {arn("service", "prod/status"): {"activeConfigurations": [runs_with(null, role("path/ecs"))]}}
	found := uses({"ecs": {"express_services": services}})
	found == {"tasks": {}, "execution": {role("path/ecs"): {"Express Mode service \"status\""}}}
}

express(service, changes) := {service: {"activeConfigurations": [object.union(runs_with(role("web"), null), changes)]}}

test_the_family_of_an_express_service_counts_once if {
	status := arn("service", "prod/status")
	named := uses({"ecs": {"express_services": express(status, {"taskDefinitionArn": definition("web:7")})}})
	named.tasks == expected.tasks
	services := {status: {"taskDefinition": definition("web:7")}}
	found := uses({"ecs": {"express_services": express(status, {}), "services": services, "task_definitions": web}})
	found.tasks == expected.tasks
	deleted := {status: object.union(express(status, {})[status], {"status": {"statusCode": "INACTIVE"}})}
	uses({"ecs": {"express_services": deleted}}).tasks == {}
}

test_a_role_may_be_named_in_short if {
	every name in ["ecs", "path/ecs"] {
		definitions := {definition("web:7"): runs_with("other", name)}
		service := {"s": {"taskDefinition": definition("web:7")}}
		found := uses({"ecs": {"services": service, "task_definitions": definitions}})
		found == {"tasks": {}, "execution": {role("path/ecs"): {"family \"web\""}}}
	}
}

test_other_roles_are_excluded if {
	service := {"s": {"taskDefinition": definition("web:7")}}
	excluded := task_roles.excluded with input as estate({"ecs": {"services": service, "task_definitions": web}})
	excluded == {{
		"resource": role("path/ecs"),
		"reason": "no task that is configured or runs has it as its task role",
	}}
}
