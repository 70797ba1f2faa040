package lib.signature_rules_test

import rego.v1

import data.lib.signature_rules

hub := "docker.io/library/nginx:1.27"

own := concat("", [
	"123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/web@sha256:",
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
])

odd := "Not A Reference"

images := {
	hub: {"registry": "docker.io", "repository": "library/nginx", "references": ["nginx:1.27"]},
	own: {
		"registry": "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
		"repository": "team/web",
		"digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"digest_source": "task",
		"users": {"services": ["a"], "tasks": ["b", "c"]},
	},
	odd: {"references": [odd]},
}

rule(changes) := object.union({"action": "block", "attestors": ["ci", "release"], "require": "all"}, changes)

covered(changes) := object.keys(found) if {
	found := signature_rules.covered(rule(changes)) with input.images as images
}

condition(part, operator, values) := {"part": part, "operator": operator, "values": values}

test_covers_every_image_without_conditions if {
	covered({}) == {hub, own, odd}
	covered({"match": [], "exclude": []}) == {hub, own, odd}
}

test_covers_images_that_meet_every_condition_with_one_of_its_values if {
	every met in [
		condition("registry", "equals", ["quay.io", "Docker.IO"]),
		condition("registry", "endsWith", [".io"]),
		condition("repository", "startsWith", ["library/"]),
		condition("repository", "endsWith", ["/nginx"]),
		condition("repository", "contains", ["team/api", "ary/ng"]),
	] {
		covered({"match": [met]}) == {hub, odd}
	}
	covered({"match": [condition("registry", "startsWith", ["docker"]), condition("repository", "equals", ["nginx"])]}) == {odd}
}

test_does_not_cover_images_that_meet_a_condition_of_exclude if {
	nginx := condition("repository", "equals", ["library/nginx"])
	quay := condition("registry", "equals", ["quay.io"])
	covered({"exclude": [nginx, quay]}) == {own, odd}
	covered({"match": [nginx], "exclude": [nginx]}) == {odd}
}

test_covers_what_is_no_reference_whatever_the_conditions if {
	nothing := condition("repository", "equals", ["nothing"])
	everything := condition("repository", "contains", ["e"])
	covered({"match": [nothing], "exclude": [everything]}) == {odd}
}

state(require, answers) := found if {
	names := object.keys(answers)
	changes := {"attestors": sort(names), "require": require}
	[entry] := signature_rules.usable([rule(changes)], set())
	found := signature_rules.state(entry, {name: {"answer": answer} | some name, answer in answers})
}

yes := "verified"

no := "not_verified"

none := "no_signature"

open := "unknown"

test_any_is_kept_by_one_and_violated_when_none_can_be if {
	state("any", {"a": yes, "b": no, "c": open}) == "kept"
	state("any", {"a": no, "b": open}) == "unknown"
	state("any", {"a": no, "b": none}) == "violated"
}

test_all_is_violated_by_one_and_kept_when_all_have if {
	state("all", {"a": yes, "b": yes}) == "kept"
	state("all", {"a": yes, "b": open}) == "unknown"
	state("all", {"a": yes, "b": none, "c": open}) == "violated"
	state("all", {"a": no}) == "violated"
}

test_a_number_counts_the_unknown_for_and_against if {
	state(2, {"a": yes, "b": yes, "c": no}) == "kept"
	state(2, {"a": yes, "b": open, "c": no}) == "unknown"
	state(2, {"a": open, "b": open, "c": no}) == "unknown"
	state(2, {"a": yes, "b": none, "c": no}) == "violated"
	state(2, {"a": open, "b": no, "c": no}) == "violated"
	state(3, {"a": yes, "b": yes, "c": yes}) == "kept"
}

test_an_attestor_that_said_nothing_and_an_answer_that_is_not_known_are_unknown if {
	[entry] := signature_rules.usable([rule({"require": "any"})], set())
	signature_rules.state(entry, {}) == "unknown"
	signature_rules.state(entry, {"ci": {"answer": "likely"}, "release": {}}) == "unknown"
}

what := {"text": "image %s", "it": "it", "found": "signature", "evidence": {"path": "attestors"}}

violation(key, entry, answers) := found if {
	image := images[key]
	found := signature_rules.violation(key, entry, answers, what) with input.images as {key: image}
}

refusal(code, reason) := {"manifest": "sha256:1", "layout": "notation", "code": code, "reason": reason}

test_a_violation_says_who_did_not_verify_and_why if {
	[entry] := signature_rules.usable([rule({"id": "prod"})], set())
	answers := {
		"ci": {"answer": no, "refused": [refusal("wrong_key", "key aa is not bb"), refusal("expired", "it expired")]},
		"release": {"answer": none},
	}
	found := violation(own, entry, answers)
	found == {
		"resource": own,
		"message": concat("", [
			`image "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/web@sha256:0123456789ab" `,
			"is verified by 0 of 2 attestors, expected all: ",
			`"ci" refused what it found: key aa is not bb and "release" found no signature (rule "prod", action block)`,
		]),
		"evidence": {
			"path": "attestors",
			"value": {
				"ci": {"answer": no, "refused": [
					{"manifest": "sha256:1", "code": "wrong_key", "reason": "key aa is not bb"},
					{"manifest": "sha256:1", "code": "expired", "reason": "it expired"},
				]},
				"release": {"answer": none},
			},
			"action": "block",
			"rule": entry.rule,
			"digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
			"digest_source": "task",
			"users": {"services": 1, "tasks": 2},
		},
	}
}

test_a_violation_is_bounded if {
	names := ["a", "b", "c", "d", "e"]
	[entry] := signature_rules.usable([rule({"attestors": names, "require": 1})], set())
	long := concat("", ["x" | some _ in numbers.range(1, 5000)])
	answers := {name: {"answer": no, "refused": [refusal("odd", long) | some _ in numbers.range(1, 50)]} |
		some name in names
	}
	found := violation(hub, entry, answers)
	startswith(found.message, concat("", [
		`image "docker.io/library/nginx:1.27" is verified by 0 of 5 attestors, expected at least 1: `,
		`"a" refused what it found: `,
	]))
	endswith(found.message, " and 2 more (rule 1, action block)")
	count(found.message) < 1000
	every _, examined in found.evidence.value {
		count(examined.refused) == 3
		{count(refused.reason) | some refused in examined.refused} == {200}
	}
	found.evidence.digest == null
	found.evidence.users == {}
}

test_an_unknown_says_who_cannot_tell_and_why if {
	names := ["ci", "kms", "old", "release"]
	[entry] := signature_rules.usable([rule({"attestors": names, "require": 3})], set())
	answers := {
		"kms": {"answer": open, "reason": {"code": "denied", "reason": "the registry refused"}},
		"old": {"answer": "likely"},
		"release": {"answer": yes},
	}
	signature_rules.unknown(own, entry, answers, what) == {
		"resource": own,
		"reason": concat("", [
			"rule 1 expects at least 3 of 4 attestors to verify it: ",
			`"ci" was not asked: no attestors file names it, `,
			`"kms" cannot tell: the registry refused and "old" cannot tell`,
		]),
	}
}

test_a_violation_tells_of_the_unknown_too if {
	[entry] := signature_rules.usable([rule({"attestors": ["a", "b", "c"]})], set())
	reason := {"code": "throttled", "reason": "too many requests"}
	answers := {"a": {"answer": no}, "b": {"answer": open, "reason": reason}, "c": {"answer": yes}}
	found := violation(hub, entry, answers)
	contains(found.message, `1 of 3 attestors, expected all: "a" verified nothing and "b" cannot tell: too many requests (`)
	found.evidence.value == {
		"a": {"answer": no},
		"b": {"answer": open, "reason": reason},
		"c": {"answer": yes},
	}
}

mistakes(rules) := found if {
	found := signature_rules.undecided("p.rules", rules, set())
}

is_wrong(changes, mistake) if {
	mistakes([rule(changes)]) == sprintf("the parameter p.rules cannot be judged: in rule 1 %s", [mistake])
	signature_rules.usable([rule(changes)], set()) == []
}

test_there_is_no_mistake_in_rules_that_can_be_judged if {
	rules := [
		rule({}),
		rule({"action": "log", "require": "any", "id": "a"}),
		rule({"require": 2, "id": "b", "match": []}),
		rule({"exclude": [condition("repository", "endsWith", ["/sandbox", "x"])]}),
		rule({"match": [condition("registry", "equals", ["registry.example.com:5000"])]}),
	]
	not signature_rules.undecided("p.rules", rules, set())
	[entry.needed | some entry in signature_rules.usable(rules, set())] == [2, 1, 2, 2, 2]
	[entry.name | some entry in signature_rules.usable(rules, set())] == [
		"rule 1",
		`rule "a"`,
		`rule "b"`,
		"rule 4",
		"rule 5",
	]
}

test_a_mistake_is_what_is_no_rule if {
	mistakes(["prod"]) == `the parameter p.rules cannot be judged: in rule 1 it is "prod", expected an object`
	mistakes([null, rule({}), 7]) == concat("", [
		"the parameter p.rules cannot be judged: ",
		"in rule 1 it is null, expected an object and in rule 3 it is 7, expected an object",
	])
}

test_a_mistake_is_an_action_that_nobody_knows if {
	is_wrong({"action": "Block"}, `its action is "Block", expected block or log`)
	is_wrong({"action": null}, "its action is null, expected block or log")
}

test_a_mistake_is_an_id_that_is_none_or_another_rules if {
	is_wrong({"id": 7}, "its id is 7, expected a text of its own")
	every id in ["", "a"] {
		rules := [rule({"id": id}), rule({"id": "a"}), rule({"id": "a"})]
		count(signature_rules.usable(rules, set())) == 0
	}
}

test_a_mistake_is_a_list_of_attestors_that_counts_nobody_or_one_twice if {
	every names in [null, "ci", [], ["ci", "ci"], ["ci", ""], ["ci", 7]] {
		some mistake in [sprintf("its attestors are %s, expected a list of texts that are not the same", [json.marshal(names)])]
		is_wrong({"attestors": names}, mistake)
	}
}

test_a_mistake_is_a_number_that_is_not_among_the_attestors if {
	every wanted in [0, 3, -1, 1.5, "most", "2", null, ["any"], true] {
		is_wrong({"require": wanted}, sprintf("its require is %s, %s", [
			json.marshal(wanted),
			"expected any, all or a number from 1 to that of its attestors",
		]))
	}
	count(signature_rules.usable([rule({"require": 1, "attestors": "ci"})], set())) == 0
}

test_a_mistake_is_a_condition_that_is_not_understood if {
	every list in ["match", "exclude"] {
		is_wrong({list: "registry"}, sprintf(`its %s is "registry", expected a list of conditions`, [list]))
		every wrong in [
			"registry",
			condition("path", "equals", ["a"]),
			condition("registry", "beginsWith", ["a"]),
			condition("registry", "notEquals", ["a"]),
			condition("registry", "equals", ["docker.io/team"]),
			condition("repository", "equals", ["team/web:1"]),
			condition("repository", "equals", []),
			condition("repository", "equals", [""]),
			condition("repository", "equals", "team"),
			{"part": "registry", "operator": "equals"},
			object.union(condition("registry", "equals", ["a"]), {"not": true}),
		] {
			is_wrong({list: [wrong]}, sprintf("its %s has %s, %s", [
				list,
				json.marshal(wrong),
				concat(" ", [
					"expected a part (registry or repository),",
					"an operator (contains, endsWith, equals, startsWith) and values that such a part can have",
				]),
			]))
		}
	}
}

test_a_mistake_is_a_parameter_that_there_is_not if {
	is_wrong({"matches": []}, `it has a parameter "matches" that there is not`)
	is_wrong({"predicate_types": ["a"]}, `it has a parameter "predicate_types" that there is not`)
}

test_further_parameters_are_lists_of_texts if {
	further := {"predicate_types"}
	count(signature_rules.usable([rule({"predicate_types": ["a", "b"]})], further)) == 1
	every wrong in [{}, {"predicate_types": []}, {"predicate_types": "a"}] {
		found := signature_rules.undecided("p.rules", [rule(wrong)], further)
		contains(found, "in rule 1 its predicate_types are ")
	}
}

test_many_mistakes_are_told_briefly if {
	found := mistakes([null | some _ in numbers.range(1, 100)])
	endswith(found, " and 97 more")
	count(found) < 500
}
