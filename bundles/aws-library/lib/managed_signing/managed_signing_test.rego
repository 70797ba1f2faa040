package lib.managed_signing_test

import rego.v1

import data.lib.managed_signing

account := "123456789012"

release := "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/release"

archive := "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/archive"

estate(rules) := {
	"account": {"id": account},
	"ecr": {
		"images": {name: {"repositoryName": name} | some name in ["web", "team/web", "team/api/prod", "webshop"]},
		"signing_configuration": {account: {"registryId": account, "signingConfiguration": {"rules": rules}}},
	},
}

filtered(profile, patterns) := {
	"signingProfileArn": profile,
	"repositoryFilters": [{"filter": pattern, "filterType": "WILDCARD_MATCH"} | some pattern in patterns],
}

signed_by(rules, profile) := {name |
	found := managed_signing.profiles with input as estate(rules)
	some name, profiles in found
	profile in profiles
}

test_a_rule_without_filters_covers_every_repository if {
	every rule in [{"signingProfileArn": release}, filtered(release, [])] {
		count(signed_by([rule], release)) == 4
	}
}

test_a_filter_stands_for_the_whole_name if {
	signed_by([filtered(release, ["web"])], release) == {"web"}
	signed_by([filtered(release, ["web*"])], release) == {"web", "webshop"}
}

test_a_star_stands_for_slashes_too if {
	signed_by([filtered(release, ["team/*"])], release) == {"team/web", "team/api/prod"}
	signed_by([filtered(release, ["*/prod", "*shop"])], release) == {"team/api/prod", "webshop"}
	signed_by([filtered(release, ["*"])], release) == {"web", "team/web", "team/api/prod", "webshop"}
}

test_a_filter_of_a_kind_that_is_not_known_covers_nothing if {
	rule := {"signingProfileArn": release, "repositoryFilters": [{"filter": "web", "filterType": "PREFIX_MATCH"}]}
	signed_by([rule], release) == set()
}

test_several_rules_may_sign_one_repository if {
	rules := [filtered(release, ["web"]), filtered(archive, ["*"])]
	found := managed_signing.profiles with input as estate(rules)
	found.web == {archive, release}
	found.webshop == {archive}
}

test_a_registry_without_rules_signs_nothing if {
	found := managed_signing.profiles with input as estate([])
	found == {"web": set(), "team/web": set(), "team/api/prod": set(), "webshop": set()}
	not managed_signing.not_known with input as estate([])
}

blind(status) := {
	"account": {"id": account},
	"ecr": {"images": {}, "signing_configuration": {}},
	"coverage": {"ecr.signing_configuration": {"status": status}},
}

test_a_configuration_that_is_not_there_is_not_known_unless_a_gap_says_why if {
	managed_signing.not_known with input as blind("complete")
	not managed_signing.not_known with input as blind("denied")
}
