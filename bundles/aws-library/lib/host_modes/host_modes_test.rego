package lib.host_modes_test

import rego.v1

import data.lib.host_modes

test_shared_is_the_mode_of_the_host if {
	every field in ["pidMode", "ipcMode", "networkMode"] {
		host_modes.shared({field: "host"}, field) == "host"
	}
}

test_shared_is_a_mode_that_is_not_known if {
	host_modes.shared({"pidMode": "instance"}, "pidMode") == "instance"
	host_modes.shared({"ipcMode": ""}, "ipcMode") == ""
}

test_shared_is_not_a_mode_that_separates if {
	not host_modes.shared({"pidMode": "task"}, "pidMode")
	not host_modes.shared({"ipcMode": "none"}, "ipcMode")
	not host_modes.shared({"networkMode": "awsvpc"}, "networkMode")
}

test_shared_is_not_a_mode_that_is_absent if {
	every field in ["pidMode", "ipcMode", "networkMode"] {
		not host_modes.shared({}, field)
		not host_modes.shared({field: null}, field)
	}
}

test_shared_is_not_what_a_template_leaves_open if {
	not host_modes.shared({"networkMode": {"Ref": "Mode"}}, "networkMode")
}

test_problem_names_the_mode_and_what_is_expected if {
	host_modes.problem({"networkMode": "host"}, "networkMode") == {
		"message": `networkMode is "host", expected "awsvpc", "bridge" or "none"`,
		"evidence": {"path": "networkMode", "value": "host"},
	}
	not host_modes.problem({"networkMode": "bridge"}, "networkMode")
}
