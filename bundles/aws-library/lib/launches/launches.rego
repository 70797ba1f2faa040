# METADATA
# title: Launches
# description: |
#   What EventBridge rules and schedules of EventBridge Scheduler start tasks with. A target has `EcsParameters`, or it is
#   the call of RunTask itself, whose parameters stand as JSON in `Input`, in the API's spelling or with a capital first
#   letter. One that is disabled starts nothing.
package lib.launches

import rego.v1

import data.lib.arns
import data.lib.exec
import data.lib.revisions

disabled(body) if body.State == "DISABLED"

# Each launch of a rule, or of a schedule: its `parameters`, the `path` that leads to them, the `overrides` of tasks, and
# the ARN of the `cluster` and the `role` where they are known.
of(body) := array.concat(
	[launch |
		some target in body.Targets
		launch := _templated(target, sprintf("Targets[?Id=='%s'].EcsParameters", [object.get(target, "Id", "")]))
	],
	[launch |
		target := body.Target
		some launch in _of_schedule(target)
	],
)

_of_schedule(target) := [_templated(target, "Target.EcsParameters")] if target.EcsParameters

_of_schedule(target) := [launch] if {
	endswith(target.Arn, ":aws-sdk:ecs:runTask")
	json.is_valid(target.Input)
	parameters := json.unmarshal(target.Input)
	is_object(parameters)
	launch := {
		"path": "Target.Input",
		"parameters": parameters,
		"cluster": _cluster(_member(parameters, "cluster", "default")),
		"role": object.get(target, "RoleArn", null),
		"definition": _member(parameters, "taskDefinition", null),
		"overrides": _member(parameters, "overrides", {}),
	}
}

_templated(target, path) := {
	"path": path,
	"parameters": target.EcsParameters,
	"cluster": target.Arn,
	"role": object.get(target, "RoleArn", null),
	"definition": _member(target.EcsParameters, "taskDefinitionArn", null),
	"overrides": _input(target),
}

# What a target with `EcsParameters` has as its input are the overrides.
_input(target) := overrides if {
	text := object.get(target, "Input", object.get(target, ["InputTransformer", "InputTemplate"], ""))
	json.is_valid(text)
	overrides := json.unmarshal(text)
	is_object(overrides)
} else := {}

# The role that a launch overrides, `taskRoleArn` or `executionRoleArn`, null where it does not.
role(launch, name) := _member(launch.overrides, name, null)

# The roles with which ECS manages the volumes that a launch configures.
volume_roles(launch) := {role |
	some volume in _member(launch.parameters, "volumeConfigurations", [])
	role := _member(_member(volume, "managedEBSVolume", {}), "roleArn", null)
	role != null
}

# The subnets that a launch names.
subnets(launch) := _member(_awsvpc(launch), "subnets", [])

# What is wrong with the tasks that a launch starts: a set of objects with a `clause` to put behind the name of the rule
# or schedule, and the `evidence`.
exposures(launch) := union({
	_public(launch),
	_outside(launch),
	_untagged(launch),
	_with_exec(launch),
})

_public(launch) := {problem |
	value := _member(_awsvpc(launch), "assignPublicIp", "DISABLED")
	value != "DISABLED"
	problem := {
		"clause": sprintf("starts tasks with assignPublicIp %v, expected DISABLED", [value]),
		"evidence": _evidence(launch, "assignPublicIp", value, "DISABLED"),
	}
}

_outside(launch) := {problem |
	allowed := data.params.allowed_subnets.ids
	count(allowed) > 0
	some subnet in subnets(launch)
	not subnet in allowed
	expectation := "expected only subnets of the parameter allowed_subnets.ids"
	problem := {
		"clause": sprintf("starts tasks in subnet %q, %s", [subnet, expectation]),
		"evidence": {"path": launch.path, "member": "subnets", "value": subnet},
	}
}

# Without the parameter, tags are not propagated.
_untagged(launch) := {problem |
	value := _member(launch.parameters, "propagateTags", null)
	value != "TASK_DEFINITION"
	problem := {
		"clause": sprintf("starts tasks with %s, expected TASK_DEFINITION", [_described(value)]),
		"evidence": _evidence(launch, "propagateTags", value, "TASK_DEFINITION"),
	}
}

_with_exec(launch) := {problem |
	_member(launch.parameters, "enableExecuteCommand", false) == true
	exec.forbidden(launch.cluster)
	problem := {
		"clause": sprintf(
			"starts tasks in cluster %q with ECS Exec on, expected %s",
			[arns.name(launch.cluster), exec.expectation],
		),
		"evidence": _evidence(launch, "enableExecuteCommand", true, false),
	}
}

# What is wrong with the revision that a launch names, in the same form. One that names a family alone follows its newest
# ACTIVE revision.
staleness(launch) := union({_inactive(launch), _superseded(launch), _unknown(launch)})

_inactive(launch) := {problem |
	pinned := _pinned(launch)
	status := input.ecs.task_definitions[pinned].status
	status != "ACTIVE"
	problem := _stale(launch, sprintf("which is %s, expected an ACTIVE revision or the family alone", [status]))
}

_superseded(launch) := {problem |
	newer := revisions.newer(_pinned(launch))
	expectation := sprintf("expected the newer %q or the family alone", [revisions.label(newer)])
	problem := _stale(launch, expectation)
}

# Only a complete list tells that there is no such revision.
_unknown(launch) := {problem |
	input.coverage["ecs.task_definitions"].status == "complete"
	pinned := _pinned(launch)
	startswith(pinned, _here("task-definition/"))
	object.get(input.ecs.task_definitions, pinned, null) == null
	problem := _stale(launch, "which does not exist, expected an ACTIVE revision or the family alone")
}

_stale(launch, clause) := {
	"clause": sprintf("starts revision %q, %s", [revisions.label(launch.definition), clause]),
	"evidence": {"path": launch.path, "member": "taskDefinition", "value": launch.definition},
}

# The ARN of the revision that a launch starts, where it is of this account and Region.
revision(launch) := _pinned(launch) if _pinned(launch)

revision(launch) := revisions.newest(launch.definition) if {
	is_string(launch.definition)
	startswith(launch.definition, "arn:")
}

revision(launch) := revisions.newest(concat("", [_here("task-definition/"), launch.definition])) if {
	is_string(launch.definition)
	not contains(launch.definition, ":")
}

# The ARN of the revision that a launch names with its number.
_pinned(launch) := launch.definition if {
	is_string(launch.definition)
	startswith(launch.definition, "arn:")
	contains(revisions.label(launch.definition), ":")
}

_pinned(launch) := concat("", [_here("task-definition/"), launch.definition]) if {
	is_string(launch.definition)
	not startswith(launch.definition, "arn:")
	contains(launch.definition, ":")
}

_cluster(name) := name if startswith(name, "arn:")

_cluster(name) := concat("", [_here("cluster/"), name]) if not startswith(name, "arn:")

_here(kind) := sprintf("arn:%s:ecs:%s:%s:%s", [input.account.partition, input.region, input.account.id, kind])

_awsvpc(launch) := _member(_member(launch.parameters, "networkConfiguration", {}), "awsvpcConfiguration", {})

_member(body, name, otherwise) := body[_spelling(body, name)] if {
	_spelling(body, name)
} else := otherwise

_spelling(body, name) := name if {
	object.get(body, name, null) != null
} else := capital if {
	capital := concat("", [upper(substring(name, 0, 1)), substring(name, 1, -1)])
	object.get(body, capital, null) != null
}

_evidence(launch, member, value, expected) := {
	"path": launch.path,
	"member": member,
	"value": value,
	"expected": expected,
}

_described(null) := "no propagateTags"

_described(value) := sprintf("propagateTags %v", [value]) if value != null
