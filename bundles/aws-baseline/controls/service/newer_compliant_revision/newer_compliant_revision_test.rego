package tidewaiter.controls.service.newer_compliant_revision_test

import rego.v1

import data.tidewaiter.controls.service.newer_compliant_revision as control

arn := "arn:aws:ecs:eu-central-1:123456789012:service/prod/web"

revision(name) := concat("", ["arn:aws:ecs:eu-central-1:123456789012:task-definition/", name])

good := {"status": "ACTIVE", "containerDefinitions": [{"name": "web"}]}

bad := {"status": "ACTIVE", "containerDefinitions": [{"name": "web", "privileged": true}]}

gone := {"status": "INACTIVE", "containerDefinitions": [{"name": "web"}]}

params := {"violating_revision": {"controls": ["privileged_container"]}}

running(name) := {"taskDefinition": revision(name)}

estate(service, definitions) := {"ecs": {
	"services": {arn: service},
	"task_definitions": {revision(name): body | some name, body in definitions},
}}

messages(violations) := {violation.message | some violation in violations}

test_denies_a_service_that_a_corrected_revision_waits_for if {
	violations := control.deny with input as estate(running("web:7"), {"web:7": bad, "web:8": good})
		with data.params as params
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"service \"web\" runs revision \"web:7\",",
			"expected the newer \"web:8\", which violates nothing",
		]),
		"evidence": {"path": "taskDefinition", "value": revision("web:7"), "expected": revision("web:8")},
	}}
}

test_denies_an_older_revision_though_it_violates_nothing if {
	violations := control.deny with input as estate(running("web:7"), {"web:7": good, "web:8": good})
		with data.params as params
	count(violations) == 1
}

test_denies_with_the_newest_of_the_compliant_revisions if {
	definitions := {"web:7": bad, "web:9": good, "web:10": good, "web:11": bad, "web:12": gone}
	violations := control.deny with input as estate(running("web:7"), definitions)
		with data.params as params
	{violation.evidence.expected | some violation in violations} == {revision("web:10")}
}

test_denies_an_older_deployment_and_a_task_set if {
	service := {
		"taskDefinition": revision("web:8"),
		"deployments": [{"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": revision("web:7")}],
		"taskSets": [{"id": "ecs-svc/2", "taskDefinition": revision("web:6")}],
	}
	violations := control.deny with input as estate(service, {"web:6": bad, "web:7": bad, "web:8": good})
		with data.params as params
	messages(violations) == {
		concat(" ", [
			"deployment \"ecs-svc/1\" of service \"web\" runs revision \"web:7\",",
			"expected the newer \"web:8\", which violates nothing",
		]),
		concat(" ", [
			"task set \"ecs-svc/2\" of service \"web\" runs revision \"web:6\",",
			"expected the newer \"web:8\", which violates nothing",
		]),
	}
}

test_allows_the_newest_revision_and_a_newer_one_that_is_no_better if {
	every definitions in [
		{"web:7": bad},
		{"web:7": bad, "web:6": good},
		{"web:7": good, "web:8": bad},
		{"web:7": good, "web:8": gone},
		{"web:7": bad, "api:9": good},
	] {
		violations := control.deny with input as estate(running("web:7"), definitions)
			with data.params as params
		excluded := control.exclude with input as estate(running("web:7"), definitions)
		count(violations) == 0
		count(excluded) == 0
	}
}

test_excludes_a_service_that_names_no_task_definition if {
	excluded := control.exclude with input as estate({"deploymentController": {"type": "EXTERNAL"}}, {})
	excluded == {{"resource": arn, "reason": "the service names no task definition"}}
}
