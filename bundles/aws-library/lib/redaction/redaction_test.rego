package lib.redaction_test

import rego.v1

import data.lib.redaction

token := "redacted:github_token:0123456789abcdef"

plain := "redacted:plain:fedcba9876543210"

found(path, name) := {"path": path, "name": name, "class": "github_token"}

test_class_reads_plain_text if {
	redaction.class(plain) == "plain"
}

test_class_reads_a_detector if {
	redaction.class(token) == "github_token"
}

test_class_reads_a_text_without_hash if {
	redaction.class("redacted:github_token") == "github_token"
}

test_class_is_empty_when_none_was_written if {
	redaction.class("redacted:") == ""
}

test_class_is_undefined_for_text_that_was_left_as_it_was if {
	not redaction.class("/ecs/web")
}

test_class_is_undefined_for_the_empty_string if {
	not redaction.class("")
}

test_class_is_undefined_for_a_number if {
	not redaction.class(7)
}

test_suspects_holds_an_environment_variable if {
	container := {"environment": [{"name": "MODE", "value": plain}, {"name": "TOKEN", "value": token}]}
	redaction.suspects(container) == {found("environment[1].value", "TOKEN")}
}

test_suspects_holds_an_argument_of_the_command if {
	redaction.suspects({"command": [plain, token]}) == {found("command[1]", "command")}
}

test_suspects_holds_an_argument_of_the_entry_point if {
	redaction.suspects({"entryPoint": [token]}) == {found("entryPoint[0]", "entryPoint")}
}

test_suspects_holds_an_argument_of_the_health_check if {
	container := {"healthCheck": {"command": [plain, plain, token]}}
	redaction.suspects(container) == {found("healthCheck.command[2]", "healthCheck.command")}
}

test_suspects_holds_a_label if {
	container := {"dockerLabels": {"com.example.team": plain, "com.example.token": token}}
	redaction.suspects(container) == {found("dockerLabels.\"com.example.token\"", "com.example.token")}
}

test_suspects_holds_a_log_option if {
	container := {"logConfiguration": {"options": {"awslogs-group": "/ecs/web", "splunk-token": token}}}
	redaction.suspects(container) == {found("logConfiguration.options.\"splunk-token\"", "splunk-token")}
}

test_suspects_holds_an_option_of_the_log_router if {
	container := {"firelensConfiguration": {"options": {"config-file-value": token}}}
	path := "firelensConfiguration.options.\"config-file-value\""
	redaction.suspects(container) == {found(path, "config-file-value")}
}

test_suspects_holds_every_place_of_one_container if {
	container := {"command": [token], "entryPoint": [token], "environment": [{"name": "TOKEN", "value": token}]}
	count(redaction.suspects(container)) == 3
}

test_suspects_is_empty_for_plain_text if {
	redaction.suspects({"command": [plain], "environment": [{"name": "PASSWORD", "value": plain}]}) == set()
}

test_suspects_is_empty_for_a_container_without_free_text if {
	redaction.suspects({"name": "web", "image": "nginx"}) == set()
}

test_suspects_of_volume_holds_an_option_of_the_driver if {
	volume := {"name": "share", "dockerVolumeConfiguration": {"driverOpts": {"type": "cifs", "o": token}}}
	redaction.suspects_of_volume(volume) == {found("dockerVolumeConfiguration.driverOpts.\"o\"", "o")}
}

test_suspects_of_volume_holds_a_label if {
	volume := {"name": "share", "dockerVolumeConfiguration": {"labels": {"key": token}}}
	redaction.suspects_of_volume(volume) == {found("dockerVolumeConfiguration.labels.\"key\"", "key")}
}

test_suspects_of_volume_is_empty_for_other_kinds_of_volume if {
	redaction.suspects_of_volume({"name": "logs", "host": {"sourcePath": "/var/log/web"}}) == set()
}

test_suspects_is_empty_where_a_template_leaves_the_text_open if {
	redaction.suspects({"command": [{"Ref": "Command"}], "dockerLabels": {"a": {"Ref": "Label"}}}) == set()
}
