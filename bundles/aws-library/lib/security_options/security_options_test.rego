package lib.security_options_test

import rego.v1

import data.lib.security_options

requiring(kinds) := {"requiresCompatibilities": kinds}

windows := {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}

test_inapplicable_to_windows if {
	security_options.inapplicable(windows) == "it runs on Windows, which has no such security option"
}

test_inapplicable_to_fargate if {
	reason := security_options.inapplicable(requiring(["FARGATE"]))
	reason == "it cannot run on EC2, and dockerSecurityOptions are for EC2 alone"
}

test_applicable_where_ec2_is_possible_too if {
	not security_options.inapplicable(requiring(["EC2", "FARGATE"]))
}

test_applicable_where_nothing_is_required if {
	not security_options.inapplicable({"family": "web"})
}

test_applicable_to_ecs_anywhere if {
	not security_options.inapplicable(requiring(["EXTERNAL"]))
}

test_excluded_are_the_definitions_without_such_options if {
	document := {"ecs": {"task_definitions": {"web:7": windows, "api:1": requiring(["EC2"])}}}
	found := security_options.excluded with input as document
	{exclusion.resource | some exclusion in found} == {"web:7"}
}

test_options_of_a_container_without_any_are_none if {
	security_options.of({"name": "web"}) == []
}

test_options_that_a_template_leaves_open_are_undefined if {
	not security_options.of({"dockerSecurityOptions": [{"Ref": "Option"}]})
	not security_options.of({"dockerSecurityOptions": {"Ref": "Options"}})
}

test_value_stands_behind_a_colon if {
	security_options.values_of(["apparmor:web", "label:disable"], "label") == ["disable"]
}

test_value_stands_behind_an_equals_sign if {
	security_options.values_of(["label=type:web_t"], "label") == ["type:web_t"]
}

test_value_of_an_option_without_one_is_empty if {
	security_options.values_of(["no-new-privileges"], "no-new-privileges") == [""]
}

test_values_keep_their_order if {
	security_options.values_of(["label:level:s0", 7, "label:disable"], "label") == ["level:s0", "disable"]
}

test_no_new_privileges_with_the_option_or_a_true_value if {
	every options in [["no-new-privileges"], ["no-new-privileges:true"], ["label:level:s0", "no-new-privileges=1"]] {
		security_options.no_new_privileges(options)
	}
}

test_new_privileges_without_the_option_or_with_it_switched_off_at_last if {
	every options in [[], ["apparmor:web"], ["no-new-privileges", "no-new-privileges:false"]] {
		not security_options.no_new_privileges(options)
	}
}

test_escalation_names_the_container_and_its_options if {
	security_options.escalation(0, {"name": "web", "dockerSecurityOptions": ["apparmor:web"]}) == {
		"message": `container "web" may gain privileges, expected "no-new-privileges" in dockerSecurityOptions`,
		"evidence": {
			"container": "web",
			"path": "containerDefinitions[0].dockerSecurityOptions",
			"value": ["apparmor:web"],
		},
	}
	not security_options.escalation(0, {"name": "web", "dockerSecurityOptions": ["no-new-privileges"]})
}
