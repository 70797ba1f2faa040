package lib.exec_test

import rego.v1

import data.lib.exec

dev := {"cluster_tag_key": "environment", "cluster_tag_values": ["dev", "test"]}

nowhere := {"cluster_tag_key": "", "cluster_tag_values": []}

estate(value) := {"ecs": {"clusters": {"cluster-1": {"tags": [{"key": "environment", "value": value}]}}}}

test_is_forbidden_everywhere_without_a_configured_tag if {
	exec.forbidden("cluster-1") with input as estate("dev")
		with data.params.exec_allowed as nowhere
}

test_is_forbidden_in_a_cluster_with_another_value if {
	exec.forbidden("cluster-1") with input as estate("prod")
		with data.params.exec_allowed as dev
}

test_is_forbidden_in_a_cluster_without_tags if {
	exec.forbidden("cluster-1") with input as {"ecs": {"clusters": {"cluster-1": {}}}}
		with data.params.exec_allowed as dev
}

test_is_not_forbidden_in_a_cluster_with_the_tag if {
	not exec.forbidden("cluster-1") with input as estate("dev")
		with data.params.exec_allowed as dev
}

test_is_not_known_to_be_forbidden_in_a_missing_cluster if {
	not exec.forbidden("cluster-2") with input as estate("prod")
		with data.params.exec_allowed as dev
}

test_expectation_names_the_tag if {
	expectation := exec.expectation with data.params.exec_allowed as dev
	expectation == "it off, or a cluster with the tag \"environment\""
}

test_expectation_without_a_tag_is_off if {
	expectation := exec.expectation with data.params.exec_allowed as nowhere
	expectation == "it off"
}
