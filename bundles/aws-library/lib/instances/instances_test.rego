package lib.instances_test

import rego.v1

import data.lib.instances

estate := {
	"i-1": {"State": {"Name": "running"}, "Operator": {"Managed": false}},
	"i-2": {"State": {"Name": "stopped"}},
	"i-3": {"State": {"Name": "terminated"}, "Operator": {"Managed": true}},
	"i-4": {"State": {"Name": "shutting-down"}},
	"i-5": {"State": {"Name": "running"}, "Operator": {"Managed": true, "Principal": "ecs.amazonaws.com"}},
	"i-6": {},
}

test_judges_what_runs_or_may_run_again if {
	ids := object.keys(instances.judged) with input.ec2.instances as estate
	ids == {"i-1", "i-2", "i-6"}
	present := object.keys(instances.present) with input.ec2.instances as estate
	present == {"i-1", "i-2", "i-5", "i-6"}
}

test_excludes_what_is_terminated_and_what_aws_operates if {
	excluded := instances.excluded with input.ec2.instances as estate
	excluded == {
		{"resource": "i-3", "reason": "the instance is being terminated"},
		{"resource": "i-4", "reason": "the instance is being terminated"},
		{"resource": "i-5", "reason": "AWS operates the instance"},
	}
}
