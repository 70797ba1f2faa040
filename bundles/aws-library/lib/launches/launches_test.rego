package lib.launches_test

import rego.v1

import data.lib.launches

here := {"account": {"id": "123456789012", "partition": "aws"}, "region": "eu-central-1"}

arn(kind, name) := sprintf("arn:aws:ecs:eu-central-1:123456789012:%s/%s", [kind, name])

rule := {"Targets": [{
	"Id": "1",
	"Arn": arn("cluster", "prod"),
	"RoleArn": "role-1",
	"EcsParameters": {"TaskDefinitionArn": arn("task-definition", "web:7"), "PropagateTags": "TASK_DEFINITION"},
}]}

run_task(input_text) := {"Target": {
	"Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask",
	"RoleArn": "role-1",
	"Input": input_text,
}}

launch(parameters, definition) := {
	"path": "Target.EcsParameters",
	"parameters": object.union({"PropagateTags": "TASK_DEFINITION"}, parameters),
	"cluster": arn("cluster", "prod"),
	"role": "role-1",
	"definition": definition,
}

network(awsvpc) := {"NetworkConfiguration": {"awsvpcConfiguration": awsvpc}}

clauses(problems) := {problem.clause | some problem in problems}

definitions(statuses) := {arn("task-definition", name): {"status": status} | some name, status in statuses}

test_a_rule_has_a_launch_for_each_of_its_targets if {
	launches.of(rule) == [{
		"path": "Targets[?Id=='1'].EcsParameters",
		"parameters": rule.Targets[0].EcsParameters,
		"cluster": arn("cluster", "prod"),
		"role": "role-1",
		"definition": arn("task-definition", "web:7"),
		"overrides": {},
	}]
}

with_input(target) := {"Targets": [object.union(rule.Targets[0], target)]}

test_a_launch_overrides_roles if {
	text := `{"taskRoleArn": "role-2", "executionRoleArn": "role-3"}`
	every target in [{"Input": text}, {"InputTransformer": {"InputTemplate": text}}] {
		[found] := launches.of(with_input(target))
		launches.role(found, "taskRoleArn") == "role-2"
		launches.role(found, "executionRoleArn") == "role-3"
	}
	[call] := launches.of(run_task(`{"Overrides": {"TaskRoleArn": "role-2"}}`)) with input as here
	launches.role(call, "taskRoleArn") == "role-2"
	launches.role(call, "executionRoleArn") == null
}

test_an_input_that_is_no_object_overrides_nothing if {
	every text in ["[]", "redacted:text", `"x"`, ""] {
		[found] := launches.of(with_input({"Input": text}))
		found.overrides == {}
	}
}

test_a_launch_names_the_roles_of_its_volumes if {
	text := `{"VolumeConfigurations": [{"ManagedEBSVolume": {"RoleArn": "role-4"}}, {"name": "x"}]}`
	[found] := launches.of(run_task(text)) with input as here
	launches.volume_roles(found) == {"role-4"}
}

test_a_launch_starts_the_revision_that_it_names_or_the_newest if {
	known := definitions({"web:7": "ACTIVE", "web:9": "INACTIVE"})
	every definition in ["web:7", "web", arn("task-definition", "web:7"), arn("task-definition", "web")] {
		launches.revision(launch({}, definition)) == arn("task-definition", "web:7")
			with input as here
			with input.ecs.task_definitions as known
	}
	every definition in ["other", arn("task-definition", "other"), null] {
		not launches.revision(launch({}, definition)) with input as here with input.ecs.task_definitions as known
	}
}

test_a_schedule_has_a_launch_in_its_parameters if {
	target := rule.Targets[0]
	[found] := launches.of({"Target": target})
	found.path == "Target.EcsParameters"
	found.parameters == target.EcsParameters
}

test_a_schedule_may_call_run_task_itself_in_either_spelling if {
	every text in [
		`{"cluster": "prod", "taskDefinition": "web:7"}`,
		`{"Cluster": "prod", "TaskDefinition": "web:7"}`,
	] {
		[found] := launches.of(run_task(text)) with input as here
		[found.path, found.cluster, found.definition] == ["Target.Input", arn("cluster", "prod"), "web:7"]
	}
	[default_cluster] := launches.of(run_task(`{"taskDefinition": "web"}`)) with input as here
	default_cluster.cluster == arn("cluster", "default")
}

test_what_is_no_call_of_run_task_has_no_launch if {
	every body in [run_task("redacted:plain:1"), run_task("[]"), {"Target": {"Arn": "arn:aws:sqs:x", "Input": "{}"}}, {}] {
		launches.of(body) == [] with input as here
	}
}

test_disabled_is_what_says_so if {
	launches.disabled({"State": "DISABLED"})
	not launches.disabled({"State": "ENABLED"})
	not launches.disabled({})
}

test_subnets_are_those_of_its_network_configuration if {
	launches.subnets(launch(network({"Subnets": ["subnet-1", "subnet-2"]}), "web")) == ["subnet-1", "subnet-2"]
	launches.subnets(launch({}, "web")) == []
}

test_exposures_are_public_addresses_other_subnets_and_missing_tags if {
	parameters := object.union(
		network({"AssignPublicIp": "ENABLED", "Subnets": ["subnet-1"]}),
		{"PropagateTags": "NONE"},
	)
	found := launches.exposures(launch(parameters, "web")) with data.params.allowed_subnets.ids as ["subnet-2"]
	clauses(found) == {
		"starts tasks with assignPublicIp ENABLED, expected DISABLED",
		"starts tasks in subnet \"subnet-1\", expected only subnets of the parameter allowed_subnets.ids",
		"starts tasks with propagateTags NONE, expected TASK_DEFINITION",
	}
}

test_an_unknown_setting_of_addresses_is_an_exposure if {
	found := launches.exposures(launch(network({"AssignPublicIp": "LATER"}), "web"))
	count(found) == 1
}

test_exec_is_an_exposure_where_it_is_forbidden if {
	found := launches.exposures(launch({"EnableExecuteCommand": true}, "web")) with input.ecs.clusters as {}
	clauses(found) == {"starts tasks in cluster \"prod\" with ECS Exec on, expected it off"}
	allowed := launches.exposures(launch({"EnableExecuteCommand": true}, "web"))
		with data.params.exec_allowed as {"cluster_tag_key": "stage", "cluster_tag_values": ["dev"]}
		with input.ecs.clusters as {arn("cluster", "prod"): {"tags": [{"key": "stage", "value": "dev"}]}}
	count(allowed) == 0
}

test_a_private_launch_with_tags_is_no_exposure if {
	found := launches.exposures(launch(network({"AssignPublicIp": "DISABLED", "Subnets": ["subnet-1"]}), "web"))
	count(found) == 0
	[by_call] := launches.of(run_task(`{"taskDefinition": "web", "propagateTags": "TASK_DEFINITION"}`))
		with input as here
	count(launches.exposures(by_call)) == 0
}

test_the_input_of_run_task_is_looked_into if {
	[found] := launches.of(run_task(concat("", [
		`{"taskDefinition": "web", "enableExecuteCommand": true,`,
		` "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}}`,
	])))
		with input as here
	problems := launches.exposures(found) with input.ecs.clusters as {}
	clauses(problems) == {
		"starts tasks with assignPublicIp ENABLED, expected DISABLED",
		"starts tasks with no propagateTags, expected TASK_DEFINITION",
		"starts tasks in cluster \"default\" with ECS Exec on, expected it off",
	}
}

test_a_pinned_revision_is_stale_when_it_is_not_active_or_not_the_newest if {
	every name in [arn("task-definition", "web:7"), "web:7"] {
		inactive := launches.staleness(launch({}, name)) with input as here
			with input.ecs.task_definitions as definitions({"web:7": "INACTIVE"})
		clauses(inactive) == {concat(" ", [
			"starts revision \"web:7\",",
			"which is INACTIVE, expected an ACTIVE revision or the family alone",
		])}
		older := launches.staleness(launch({}, name)) with input as here
			with input.ecs.task_definitions as definitions({"web:7": "ACTIVE", "web:10": "ACTIVE"})
		clauses(older) == {"starts revision \"web:7\", expected the newer \"web:10\" or the family alone"}
	}
}

test_a_revision_that_does_not_exist_is_stale if {
	complete := launches.staleness(launch({}, "web:7")) with input as object.union(
		here,
		{"ecs": {"task_definitions": {}}, "coverage": {"ecs.task_definitions": {"status": "complete"}}},
	)
	clauses(complete) == {concat(" ", [
		"starts revision \"web:7\",",
		"which does not exist, expected an ACTIVE revision or the family alone",
	])}
	partial := launches.staleness(launch({}, "web:7")) with input as object.union(
		here,
		{"ecs": {"task_definitions": {}}, "coverage": {"ecs.task_definitions": {"status": "partial"}}},
	)
	count(partial) == 0
}

test_the_newest_revision_and_a_family_alone_are_not_stale if {
	every name in ["web:10", "web", arn("task-definition", "web"), arn("task-definition", "web:10")] {
		found := launches.staleness(launch({}, name)) with input as here
			with input.ecs.task_definitions as definitions({"web:9": "ACTIVE", "web:10": "ACTIVE"})
		count(found) == 0
	}
}
