# Not below `lib.revision_violations`, where everything counts as a bundle's findings.
package lib.revision_violations_test.aws_hygiene

import rego.v1

import data.lib.revision_violations.aws_hygiene

definitions := {
	"web:1": {"containerDefinitions": [{
		"name": "web",
		"logConfiguration": {"logDriver": "awslogs", "options": {"mode": "blocking"}},
	}]},
	"web:2": {"containerDefinitions": [{"name": "web"}], "tags": [{"key": "owner", "value": "web"}]},
}

test_what_each_control_finds_stands_under_its_folder if {
	found := aws_hygiene.found with input.ecs.task_definitions as definitions
	resources := {control: {violation.resource | some violation in violations} | some control, violations in found}
	resources == {"blocking_log_mode": {"web:1"}, "required_tags_missing": {"web:1"}}
}
