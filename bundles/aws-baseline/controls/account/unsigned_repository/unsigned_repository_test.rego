package tidewaiter.controls.account.unsigned_repository_test

import rego.v1

import data.tidewaiter.controls.account.unsigned_repository as control

account := "AWS::::Account:123456789012"

release := "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/release"

estate(rules, repositories) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"accounts": {account: {"AccountId": "123456789012"}},
	"ecr": {
		"images": {name: {"repositoryName": name} | some name in repositories},
		"signing_configuration": {"123456789012": {"signingConfiguration": {"rules": rules}}},
	},
}

team := {
	"signingProfileArn": release,
	"repositoryFilters": [{"filter": "team/*", "filterType": "WILDCARD_MATCH"}],
}

defaults := {"required": true, "profiles": [], "exempt": []}

denied(document, params) := found if {
	found := control.deny with input as document
		with data.params.unsigned_repository as object.union(defaults, params)
}

excluded(document, params) := {exclusion.reason | some exclusion in found} if {
	found := control.exclude with input as document
		with data.params.unsigned_repository as object.union(defaults, params)
}

left_open(document, params) := found if {
	found := control.unknown with input as document
		with data.params.unsigned_repository as object.union(defaults, params)
}

test_denies_an_account_with_a_repository_that_no_rule_covers if {
	denied(estate([team], ["team/web", "shop", "cache/nginx"]), {}) == {{
		"resource": account,
		"message": concat(" ", [
			"account 123456789012 has repositories in use in eu-central-1 that no rule of Amazon ECR's managed signing",
			`covers, expected one for "cache/nginx" and "shop"`,
		]),
		"evidence": {
			"path": "signingConfiguration.rules[].signingProfileArn",
			"value": [release],
			"repositories": ["cache/nginx", "shop"],
			"number_of_repositories": 2,
		},
	}}
}

test_denies_a_registry_that_signs_nothing if {
	some violation in denied(estate([], ["shop"]), {})
	violation.evidence.value == []
}

test_denies_a_repository_that_another_profile_signs if {
	some violation in denied(estate([team], ["team/web"]), {"profiles": ["arn:aws:signer:::/signing-profiles/other"]})
	contains(violation.message, "managed signing with a profile of the parameter unsigned_repository.profiles covers")
}

test_denies_many_repositories_briefly if {
	names := [sprintf("shop%d", [n]) | some n in numbers.range(100, 299)]
	some violation in denied(estate([], names), {})
	count(violation.message) < 300
	count(violation.evidence.repositories) == 50
	violation.evidence.number_of_repositories == 200
}

test_allows_repositories_that_rules_cover if {
	every params in [{}, {"profiles": [release]}] {
		document := estate([team], ["team/web"])
		count(denied(document, params)) == 0
		count(excluded(document, params)) == 0
		count(left_open(document, params)) == 0
	}
	count(denied(estate([{"signingProfileArn": release}], ["shop"]), {})) == 0
}

test_allows_repositories_that_are_exempt if {
	document := estate([team], ["team/web", "cache/docker/nginx"])
	count(denied(document, {"exempt": ["cache/*"]})) == 0
	count(denied(document, {"exempt": ["cache"]})) == 1
}

test_unknown_without_the_configuration if {
	blind := object.union(object.remove(estate([], ["shop"]), ["ecr"]), {
		"ecr": {"images": {"a": {"repositoryName": "shop"}}, "signing_configuration": {}},
		"coverage": {"ecr.signing_configuration": {"status": "complete"}},
	})
	count(denied(blind, {})) == 0
	left_open(blind, {}) == {{
		"resource": account,
		"reason": "the document does not hold the registry's signing configuration",
	}}
}

test_excludes_an_account_that_need_not_sign if {
	document := estate([], ["shop"])
	count(denied(document, {"required": false})) == 0
	excluded(document, {"required": false}) == {"the parameter unsigned_repository.required is false"}
}

test_excludes_an_account_without_repositories_in_use if {
	excluded(estate([], []), {}) == {"no repository is in use that has to be covered"}
	excluded(estate([], ["cache/nginx"]), {"exempt": ["cache/*"]}) == {"no repository is in use that has to be covered"}
}
