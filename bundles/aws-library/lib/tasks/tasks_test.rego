package lib.tasks_test

import rego.v1

import data.lib.tasks

subnet := {"name": "subnetId", "value": "subnet-1"}

interface := {"name": "networkInterfaceId", "value": "eni-1"}

attachment(type, details) := {"attachments": [{"type": type, "details": details}]}

test_a_stopped_task_is_stopped if {
	tasks.stopped({"lastStatus": "STOPPED"})
}

test_a_task_that_is_stopping_is_not_stopped if {
	not tasks.stopped({"lastStatus": "DEPROVISIONING"})
}

test_a_task_without_a_status_is_not_stopped if {
	not tasks.stopped({"taskArn": "task-1"})
}

test_stopped_tasks_are_excluded if {
	excluded := tasks.excluded_as_stopped with input.ecs.tasks as {
		"task-1": {"lastStatus": "STOPPED"},
		"task-2": {"lastStatus": "RUNNING"},
	}
	excluded == {{"resource": "task-1", "reason": "the task has stopped"}}
}

test_tasks_without_an_interface_are_excluded if {
	excluded := tasks.excluded_on_host_network with input.ecs.tasks as {
		"task-1": {"lastStatus": "STOPPED"},
		"task-2": {"lastStatus": "RUNNING"},
		"task-3": attachment("eni", [subnet]),
	}
	excluded == {{"resource": "task-2", "reason": "the task has no network interface of its own"}}
}

test_interfaces_read_the_details if {
	found := tasks.interfaces(attachment("ElasticNetworkInterface", [interface, subnet]))
	found == {{"subnet": "subnet-1", "interface": "eni-1"}}
}

test_interfaces_have_null_for_a_missing_detail if {
	found := tasks.interfaces(attachment("ElasticNetworkInterface", [subnet]))
	found == {{"subnet": "subnet-1", "interface": null}}
}

test_interfaces_leave_out_other_attachments if {
	tasks.interfaces(attachment("Service Connect", [subnet])) == set()
}

test_interfaces_are_empty_without_attachments if {
	tasks.interfaces({"taskArn": "task-1"}) == set()
}
