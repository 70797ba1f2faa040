package tidewaiter.controls.task_definition.open_efs_access_test

import rego.v1

import data.tidewaiter.controls.task_definition.open_efs_access as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:7"

point := "arn:aws:elasticfilesystem:eu-central-1:123456789012:access-point/fsap-1"

complete := {"efs.access_points": {"status": "complete", "gaps": []}}

good := {"RootDirectory": {"Path": "/exports"}, "PosixUser": {"Uid": 10001, "Gid": 10001}}

volume(configuration) := {"name": "shared", "efsVolumeConfiguration": object.union(
	{"fileSystemId": "fs-1"},
	configuration,
)}

authorized(authorization) := volume({"authorizationConfig": authorization})

through_point := authorized({"iam": "ENABLED", "accessPointId": "fsap-1"})

estate_of(volumes, points, coverage) := {
	"account": {"id": "123456789012", "partition": "aws"},
	"region": "eu-central-1",
	"ecs": {"task_definitions": {arn: {"volumes": volumes}}},
	"efs": {"access_points": points},
	"coverage": coverage,
}

estate(volumes, points) := estate_of(volumes, points, complete)

messages(violations) := {violation.message | some violation in violations}

test_denies_a_volume_that_is_open if {
	violations := control.deny with input as estate([volume({})], {})
	messages(violations) == {
		"volume \"shared\" has IAM authorization not set, expected \"ENABLED\"",
		"volume \"shared\" is mounted without an access point, expected one",
	}
}

test_denies_authorization_that_is_disabled_or_unknown if {
	every iam in ["DISABLED", "OPTIONAL"] {
		violations := control.deny with input as estate(
			[authorized({"iam": iam, "accessPointId": "fsap-1"})],
			{point: good},
		)
		violations == {{
			"resource": arn,
			"message": sprintf("volume \"shared\" has IAM authorization %q, expected \"ENABLED\"", [iam]),
			"evidence": {
				"volume": "shared",
				"path": "volumes[0].efsVolumeConfiguration.authorizationConfig.iam",
				"value": iam,
				"file_system": "fs-1",
			},
		}}
	}
}

test_denies_an_access_point_to_everything if {
	every directory in [{"Path": "/"}, {}] {
		violations := control.deny with input as estate(
			[through_point],
			{point: object.union(object.remove(good, ["RootDirectory"]), {"RootDirectory": directory})},
		)
		messages(violations) == {concat(" ", [
			"volume \"shared\" is mounted through access point \"fsap-1\", which leads to \"/\",",
			"expected a directory below it",
		])}
	}
}

test_denies_an_access_point_for_any_user if {
	violations := control.deny with input as estate([through_point], {point: object.remove(good, ["PosixUser"])})
	messages(violations) == {concat(" ", [
		"volume \"shared\" is mounted through access point \"fsap-1\", which enforces no user,",
		"expected a PosixUser",
	])}
}

test_denies_an_access_point_that_does_not_exist if {
	violations := control.deny with input as estate([through_point], {})
	messages(violations) == {concat(" ", [
		"volume \"shared\" is mounted through access point \"fsap-1\", which does not exist here,",
		"expected it to be there",
	])}
}

test_allows_a_volume_that_is_closed if {
	violations := control.deny with input as estate([through_point], {point: good})
	count(violations) == 0
}

test_allows_volumes_of_other_kinds if {
	violations := control.deny with input as estate([{"name": "scratch"}, {"name": "logs", "host": {}}], {})
	count(violations) == 0
}

test_unknown_when_the_access_point_was_not_looked_up if {
	hidden := {"efs.access_points": {"status": "denied", "gaps": [{"ids": [point]}]}}
	violations := control.deny with input as estate_of([through_point], {}, hidden)
	count(violations) == 0
}

test_does_not_judge_what_a_template_leaves_open if {
	open := authorized({"iam": {"Ref": "Iam"}, "accessPointId": {"Ref": "Point"}})
	violations := control.deny with input as estate([open], {})
	count(violations) == 0
}
