package lib.image_rules_test

import rego.v1

import data.lib.image
import data.lib.image_rules

web := image.parse("quay.io/team/web:1.2")

condition(part, operator, values) := {"part": part, "operator": operator, "values": values}

test_meets_what_each_operator_says if {
	every met in [
		condition("registry", "equals", ["docker.io", "quay.io"]),
		condition("path", "equals", ["team/web"]),
		condition("path", "contains", ["x", "eam/w"]),
		condition("path", "startsWith", ["team/"]),
		condition("name", "equals", ["web"]),
		condition("name", "notEquals", ["api"]),
		condition("name", "notContains", ["team", "api"]),
		condition("tag", "startsWith", ["1."]),
		condition("tag", "notEquals", []),
	] {
		image_rules.meets(web, met)
	}
}

test_does_not_meet_what_no_operator_says if {
	every unmet in [
		condition("registry", "equals", ["docker.io"]),
		condition("registry", "notEquals", ["quay.io", "docker.io"]),
		condition("path", "contains", ["team/api"]),
		condition("path", "notContains", ["team/"]),
		condition("path", "startsWith", ["web"]),
		condition("name", "startsWith", ["team"]),
		condition("tag", "equals", []),
	] {
		not image_rules.meets(web, unmet)
	}
}

test_an_image_without_tag_and_digest_has_the_latest if {
	image_rules.meets(image.parse("nginx"), condition("tag", "equals", ["latest"]))
	image_rules.meets(image.parse("nginx"), condition("path", "equals", ["library/nginx"]))
	digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	not image_rules.meets(image.parse(sprintf("nginx@%s", [digest])), condition("tag", "equals", ["latest"]))
}

test_a_condition_that_is_not_understood_is_met_and_says_so if {
	every wrong in [
		condition("host", "equals", ["quay.io"]),
		condition("name", "endsWith", ["b"]),
		{"part": "name", "operator": "equals"},
		condition("name", "equals", "web"),
	] {
		image_rules.meets(web, wrong)
		contains(image_rules.in_words(web, wrong), "that are known, not {")
	}
}

test_in_words_says_what_would_be_right if {
	image_rules.in_words(web, condition("name", "notEquals", ["api", "db"])) == concat(" ", [
		"whose name is \"web\", expected one that is",
		"\"api\" or \"db\"",
	])
	image_rules.in_words(web, condition("path", "startsWith", ["team/"])) == concat(" ", [
		"whose path is \"team/web\", expected one that does not begin with",
		"\"team/\"",
	])
}

test_an_operator_holds_for_one_of_several_names_and_its_negation_for_none if {
	names := {"library/nginx", "nginx"}
	every operator in ["equals", "startsWith", "contains"] {
		image_rules.holds(operator, names, ["nginx"])
	}
	every operator in ["notEquals", "notContains"] {
		not image_rules.holds(operator, names, ["nginx"])
	}
	count(image_rules.operators) == 5
}
