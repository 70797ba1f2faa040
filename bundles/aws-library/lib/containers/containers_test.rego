package lib.containers_test

import rego.v1

import data.lib.containers

on(family) := {"runtimePlatform": {"operatingSystemFamily": family}}

requiring(kinds) := {"requiresCompatibilities": kinds}

test_name_is_the_containers_own if {
	containers.name(1, {"name": "web"}) == "web"
}

test_name_is_the_position_when_there_is_none if {
	containers.name(1, {"image": "nginx"}) == "#1"
}

test_evidence_holds_name_path_and_value if {
	containers.evidence(2, {"name": "web"}, "privileged", true) == {
		"container": "web",
		"path": "containerDefinitions[2].privileged",
		"value": true,
	}
}

test_os_family_is_empty_without_a_runtime_platform if {
	containers.os_family({"family": "web"}) == ""
}

test_os_family_is_empty_when_only_the_architecture_is_named if {
	containers.os_family({"runtimePlatform": {"cpuArchitecture": "ARM64"}}) == ""
}

test_windows_holds_for_a_server_family if {
	containers.windows(on("WINDOWS_SERVER_2022_CORE"))
}

test_windows_holds_for_a_family_that_does_not_exist_yet if {
	containers.windows(on("WINDOWS_SERVER_2031_NANO"))
}

test_windows_does_not_hold_for_linux if {
	not containers.windows(on("LINUX"))
}

test_windows_does_not_hold_for_an_unknown_system if {
	not containers.windows(on("PLAN9"))
}

test_windows_does_not_hold_without_a_family if {
	not containers.windows({"family": "web"})
}

test_runs_only_on_one_of_the_kinds if {
	containers.runs_only_on(requiring(["FARGATE"]), {"FARGATE", "MANAGED_INSTANCES"})
}

test_does_not_run_only_on_fargate_when_ec2_is_possible_too if {
	not containers.runs_only_on(requiring(["EC2", "FARGATE"]), {"FARGATE"})
}

test_does_not_run_only_on_fargate_when_nothing_is_required if {
	not containers.runs_only_on({"compatibilities": ["EC2", "FARGATE"]}, {"FARGATE"})
}

test_does_not_run_only_on_fargate_when_the_list_is_empty if {
	not containers.runs_only_on(requiring([]), {"FARGATE"})
}

test_name_is_the_position_when_a_template_leaves_it_open if {
	containers.name(0, {"name": {"Ref": "Name"}}) == "#0"
}

test_windows_does_not_hold_when_a_template_leaves_the_family_open if {
	not containers.windows(on({"Ref": "Family"}))
}

test_privileged_names_the_container if {
	containers.privileged(1, {"name": "web", "privileged": true}) == {
		"message": `container "web" runs privileged, expected an unprivileged one`,
		"evidence": {"container": "web", "path": "containerDefinitions[1].privileged", "value": true},
	}
	every unprivileged in [{}, {"privileged": false}, {"privileged": {"Ref": "Privileged"}}] {
		not containers.privileged(0, unprivileged)
	}
}

test_a_root_file_system_is_writable_unless_it_is_read_only if {
	containers.writable_root(0, {"name": "web"}).evidence.value == null
	containers.writable_root(0, {"name": "web", "readonlyRootFilesystem": false}) == {
		"message": `the root file system of container "web" is writable, expected a read-only one`,
		"evidence": {"container": "web", "path": "containerDefinitions[0].readonlyRootFilesystem", "value": false},
	}
	every settled in [true, {"Ref": "ReadOnly"}] {
		not containers.writable_root(0, {"name": "web", "readonlyRootFilesystem": settled})
	}
}
