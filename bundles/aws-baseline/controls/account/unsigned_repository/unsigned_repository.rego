# METADATA
# title: Amazon ECR's managed signing covers the repositories in use
# description: |
#   With a signing configuration, Amazon ECR has AWS Signer sign every image that is pushed, with no work for whoever pushes
#   it. The control fails when there is a repository whose images are in use and that no rule of the configuration covers:
#   none without filters, and none with a filter that matches its name. A rule whose profile is not in the parameter
#   `unsigned_repository.profiles`, unless that is empty, does not count; a repository that `unsigned_repository.exempt`
#   matches need not be covered. Nothing is judged unless `unsigned_repository.required` is true, because there are other
#   ways to sign images: SG01 judges signatures whoever makes them. Repositories of other accounts and Regions are theirs.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/managed-signing.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SigningRule.html
# custom:
#   id: SG02
#   severity: medium
#   resources: accounts
#   covers: {}
#   parameters: [unsigned_repository]
#   remediation:
#     text: |
#       Create a signing profile of the platform Notation-OCI-SHA384-ECDSA in AWS Signer, and add a rule for it whose
#       filters match the repository with `aws ecr put-signing-configuration`, which replaces all rules. Whoever pushes
#       needs signer:SignPayload on the profile. Push images that are there already anew: only a push is signed.
package tidewaiter.controls.account.unsigned_repository

import rego.v1

import data.lib.managed_signing
import data.lib.wording

params := data.params.unsigned_repository

deny contains violation if {
	params.required == true
	managed_signing.rules
	count(uncovered) > 0
	some arn, account in input.accounts
	violation := {
		"resource": arn,
		"message": sprintf(
			"account %s has repositories in use in %s that no rule of Amazon ECR's managed signing%s covers, expected one for %s",
			[account.AccountId, input.region, by_whom, wording.few({sprintf("%q", [name]) | some name in uncovered})],
		),
		"evidence": {
			"path": "signingConfiguration.rules[].signingProfileArn",
			"value": [rule.signingProfileArn | some rule in managed_signing.rules],
			"repositories": array.slice(sort(uncovered), 0, named),
			"number_of_repositories": count(uncovered),
		},
	}
}

unknown contains undecided if {
	params.required == true
	count(judged) > 0
	some arn, _ in input.accounts
	undecided := {"resource": arn, "reason": managed_signing.not_known}
}

exclude contains exclusion if {
	params.required != true
	some arn, _ in input.accounts
	exclusion := {"resource": arn, "reason": "the parameter unsigned_repository.required is false"}
}

exclude contains exclusion if {
	params.required == true
	count(judged) == 0
	some arn, _ in input.accounts
	exclusion := {"resource": arn, "reason": "no repository is in use that has to be covered"}
}

# How many repositories the evidence names.
named := 50

judged := {name |
	some name in managed_signing.in_use
	not is_exempt(name)
}

is_exempt(name) if {
	some pattern in params.exempt
	managed_signing.matches(pattern, name)
}

uncovered := {name |
	some name in judged
	count(counted(managed_signing.profiles[name])) == 0
}

counted(profiles) := profiles if {
	count(params.profiles) == 0
} else := profiles & {profile | some profile in params.profiles}

by_whom := "" if {
	count(params.profiles) == 0
} else := " with a profile of the parameter unsigned_repository.profiles"
