package lib.users_test

import rego.v1

import data.lib.users

test_root_is_a_user_that_is_not_set if {
	users.root(null) == "names no user"
}

test_root_is_an_empty_user if {
	users.root("") == "names no user"
}

test_root_is_root_by_name if {
	users.root("root") == "runs as user \"root\""
}

test_root_is_root_with_its_group if {
	users.root("root:root") == "runs as user \"root:root\""
}

test_root_is_user_id_zero_with_any_group if {
	users.root("0:1000") == "runs as user \"0:1000\""
}

test_root_is_a_zero_with_leading_zeros if {
	users.root("00:00") == "runs as user \"00:00\""
}

test_root_is_a_group_without_a_user if {
	users.root(":1000") == "runs as user \":1000\""
}

test_root_is_a_zero_that_is_a_number if {
	users.root(0) == "runs as user \"0\""
}

test_root_is_not_a_user_in_group_zero if {
	not users.root("1001:0")
}

test_root_is_not_a_name_that_begins_like_it if {
	not users.root("rootless")
}

test_root_is_not_what_a_template_leaves_open if {
	not users.root({"Ref": "User"})
}

test_root_of_a_container_names_it_and_its_user if {
	users.root_of(0, {"name": "web", "user": "0:1"}) == {
		"message": `container "web" runs as user "0:1", expected a user other than root`,
		"evidence": {"container": "web", "path": "containerDefinitions[0].user", "value": "0:1"},
	}
	users.root_of(0, {"name": "web"}).evidence.value == null
	not users.root_of(0, {"name": "web", "user": "1000"})
}
