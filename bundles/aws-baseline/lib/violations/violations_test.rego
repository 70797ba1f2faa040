package lib.violations_test

import rego.v1

import data.lib.revision_violations.aws_baseline
import data.lib.violations

definitions := {
	"web:1": {"pidMode": "host", "containerDefinitions": [{"name": "web", "privileged": true}]},
	"web:2": {"containerDefinitions": [{"name": "web"}]},
}

counting(controls) := {"violating_revision": {"controls": controls}}

test_a_revision_has_the_violations_that_count if {
	found := violations.of_revision with input.ecs.task_definitions as definitions
		with data.params as counting(["privileged_container", "host_pid_mode"])
	found == {"web:1": {"privileged_container", "host_pid_mode"}}
	one := violations.of_revision with input.ecs.task_definitions as definitions
		with data.params as counting(["host_pid_mode"])
	one == {"web:1": {"host_pid_mode"}}
}

test_nothing_counts_for_an_empty_list if {
	not violations.of_revision["web:1"] with input.ecs.task_definitions as definitions
		with data.params as counting([])
}

test_another_bundles_findings_count_too if {
	violations.of_revision == {"web:2": {"house_rule"}} with data.lib.revision_violations as {
		"aws_baseline": {"found": {"host_pid_mode": set()}},
		"house": {"found": {"house_rule": {{"resource": "web:2"}}}},
	}
		with data.params as counting(["host_pid_mode", "house_rule"])
}

# The other way round a control that counts may be one of another bundle.
test_every_control_that_is_found_counts if {
	found := object.keys(aws_baseline.found) with input.ecs.task_definitions as {}
	found - {control | some control in data.params.violating_revision.controls} == set()
}
