package lib.capabilities_test

import rego.v1

import data.lib.capabilities

with_capabilities(capability_lists) := {"name": "web", "linuxParameters": {"capabilities": capability_lists}}

test_docker_gives_fourteen_capabilities_by_default if {
	count(capabilities.docker_default) == 14
}

test_linux_knows_forty_one_capabilities if {
	count(capabilities.docker_default | capabilities.beyond_default) == 41
}

test_effective_is_dockers_default_when_nothing_is_asked_for if {
	capabilities.effective({"name": "web"}) == capabilities.docker_default
}

test_effective_leaves_out_what_is_dropped if {
	found := capabilities.effective(with_capabilities({"drop": ["NET_RAW"]}))
	found == capabilities.docker_default - {"NET_RAW"}
}

test_effective_holds_what_is_added if {
	found := capabilities.effective(with_capabilities({"add": ["SYS_PTRACE"]}))
	found == capabilities.docker_default | {"SYS_PTRACE"}
}

test_effective_is_only_what_is_added_when_all_is_dropped if {
	found := capabilities.effective(with_capabilities({"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}))
	found == {"NET_BIND_SERVICE"}
}

test_effective_is_empty_when_all_is_dropped if {
	capabilities.effective(with_capabilities({"drop": ["ALL"]})) == set()
}

test_effective_is_everything_but_the_dropped_when_all_is_added if {
	found := capabilities.effective(with_capabilities({"add": ["ALL"], "drop": ["NET_ADMIN"]}))
	count(found) == 40
	not "NET_ADMIN" in found
	not "ALL" in found
}

test_effective_holds_what_is_both_added_and_dropped if {
	"NET_RAW" in capabilities.effective(with_capabilities({"add": ["NET_RAW"], "drop": ["NET_RAW"]}))
}

test_effective_is_everything_for_a_privileged_container if {
	container := object.union(with_capabilities({"drop": ["ALL"]}), {"privileged": true})
	count(capabilities.effective(container)) == 41
}

test_effective_keeps_a_capability_that_linux_does_not_know_yet if {
	"TIME_TRAVEL" in capabilities.effective(with_capabilities({"add": ["TIME_TRAVEL"]}))
}

test_added_reads_names_with_prefix_and_in_lower_case if {
	capabilities.added(with_capabilities({"add": ["CAP_SYS_ADMIN", "net_admin"]})) == {"SYS_ADMIN", "NET_ADMIN"}
}

test_added_is_empty_without_linux_parameters if {
	capabilities.added({"name": "web"}) == set()
}

test_profiles_go_from_wide_to_narrow if {
	sizes := {name: count(allowed) | some name, allowed in capabilities.profiles}
	sizes == {"restrict-nondefaults": 14, "baseline": 13, "restricted": 1, "restrict-all": 0}
}

test_added_leaves_out_what_a_template_leaves_open if {
	capabilities.added(with_capabilities({"add": ["SYS_ADMIN", {"Ref": "Capability"}]})) == {"SYS_ADMIN"}
}

test_tolerated_is_what_the_parameter_allows_on_fargate if {
	found := capabilities.tolerated({"requiresCompatibilities": ["FARGATE"]})
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	found == {"SYS_PTRACE"}
}

test_tolerated_is_nothing_where_ec2_is_possible_too if {
	found := capabilities.tolerated({"requiresCompatibilities": ["EC2", "FARGATE"]})
		with data.params.capabilities.allowed_on_fargate as ["SYS_PTRACE"]
	found == set()
}

test_problem_names_the_excess_or_why_it_is_everything if {
	held := {
		"IPC_LOCK, NET_ADMIN": with_capabilities({"add": ["NET_ADMIN", "IPC_LOCK"]}),
		"every capability, being privileged": {"name": "web", "privileged": true},
		"every capability that it does not drop, adding ALL": with_capabilities({"add": ["ALL"]}),
	}
	every words, container in held {
		found := capabilities.problem(0, container, {"NET_ADMIN", "IPC_LOCK"}, "baseline")
		found.message == concat("", [`container "web" holds `, words, `, expected at most what profile "baseline" allows`])
	}
}

test_problem_has_its_evidence_where_the_capabilities_come_from if {
	excess := {"NET_ADMIN"}
	privileged := capabilities.problem(0, {"name": "web", "privileged": true}, excess, "baseline")
	privileged.evidence.path == "containerDefinitions[0].privileged"
	capabilities.problem(1, with_capabilities({"drop": ["ALL"]}), excess, "baseline").evidence == {
		"container": "web",
		"path": "containerDefinitions[1].linuxParameters.capabilities",
		"value": {"drop": ["ALL"]},
		"profile": "baseline",
		"excess": ["NET_ADMIN"],
	}
	capabilities.problem(0, {"name": "web"}, excess, "baseline").evidence.value == null
}
