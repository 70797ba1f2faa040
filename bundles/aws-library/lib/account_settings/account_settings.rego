# METADATA
# title: Account settings
# description: |
#   What the controls on ECS account settings share. The document holds the settings as they take effect, by name; they
#   belong to the account in one Region.
package lib.account_settings

import rego.v1

# What is to be said of an account whose setting `name` is none of `allowed`. Undefined where it is one of them, and
# where the setting is not in the document.
violation(account, name, allowed) := {
	"resource": account,
	"message": sprintf(
		"account %s has the ECS account setting %s %v, expected %s",
		[_id(account), name, value, concat(" or ", allowed)],
	),
	# As `aws ecs list-account-settings --effective-settings` prints it.
	"evidence": {"path": sprintf("settings[?name=='%s'].value", [name]), "value": value, "expected": allowed},
} if {
	value := input.ecs.account_settings[name].value
	not value in allowed
}

# Only a complete list tells that a setting is not there.
absent(name) if {
	input.coverage["ecs.account_settings"].status == "complete"
	object.get(input, ["ecs", "account_settings", name], null) == null
}

# Why an account is not judged when the setting is not there.
absence(name) := sprintf("ECS has no account setting %s in this Region", [name])

# The twelve digits out of `AWS::::Account:123456789012`.
_id(account) := parts[count(parts) - 1] if {
	parts := split(account, ":")
}
