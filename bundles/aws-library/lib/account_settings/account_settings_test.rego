package lib.account_settings_test

import rego.v1

import data.lib.account_settings

account := "AWS::::Account:123456789012"

settings := {"defaultLogDriverMode": {"name": "defaultLogDriverMode", "value": "blocking"}}

complete := {"ecs.account_settings": {"status": "complete"}}

partial := {"ecs.account_settings": {"status": "partial"}}

test_says_what_a_setting_is_and_what_is_expected if {
	violation := account_settings.violation(account, "defaultLogDriverMode", ["non-blocking"])
		with input.ecs.account_settings as settings
	violation.resource == account
	violation.message == concat(" ", [
		"account 123456789012 has the ECS account setting defaultLogDriverMode blocking,",
		"expected non-blocking",
	])
}

test_says_nothing_of_an_allowed_value if {
	not account_settings.violation(account, "defaultLogDriverMode", ["blocking"])
		with input.ecs.account_settings as settings
}

test_says_nothing_of_a_setting_that_is_not_there if {
	not account_settings.violation(account, "fargateFIPSMode", ["enabled"])
		with input.ecs.account_settings as settings
}

test_a_setting_is_absent_from_a_complete_list_alone if {
	account_settings.absent("fargateFIPSMode") with input.ecs.account_settings as settings
		with input.coverage as complete
	not account_settings.absent("fargateFIPSMode") with input.ecs.account_settings as settings
		with input.coverage as partial
	not account_settings.absent("defaultLogDriverMode") with input.ecs.account_settings as settings
		with input.coverage as complete
}

test_every_setting_is_absent_where_the_document_has_none if {
	account_settings.absent("fargateFIPSMode") with input as {"coverage": complete}
	not account_settings.absent("fargateFIPSMode") with input as {"coverage": partial}
}

test_an_absence_names_the_setting if {
	account_settings.absence("x") == "ECS has no account setting x in this Region"
}
