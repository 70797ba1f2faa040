# METADATA
# title: Amazon ECR's managed signing
# description: |
#   Which signing profiles of AWS Signer sign what is pushed to a repository. A rule of the registry's configuration
#   without filters signs what is pushed to any; with filters, what is pushed to those that one of them matches, in which
#   `*` stands for any characters, slashes included.
package lib.managed_signing

import rego.v1

# The names of the repositories of images in use.
in_use := {image.repositoryName | some image in input.ecr.images}

# The rules of the registry's configuration. Undefined where the document does not hold it.
rules := input.ecr.signing_configuration[input.account.id].signingConfiguration.rules

# Why nobody can tell what is signed, where the document does not hold the registry's configuration. Undefined where it
# does, and where a gap says why it does not.
not_known := "the document does not hold the registry's signing configuration" if {
	input.coverage["ecr.signing_configuration"].status == "complete"
	not rules
}

# The ARNs of the profiles that sign what is pushed to each repository in use.
profiles := {repository: found |
	some repository in in_use
	found := {rule.signingProfileArn |
		some rule in rules
		_covers(rule, repository)
	}
}

_covers(rule, _) if not _is_filtered(rule)

_covers(rule, repository) if {
	some filter in rule.repositoryFilters
	filter.filterType == "WILDCARD_MATCH"
	matches(filter.filter, repository)
}

_is_filtered(rule) if {
	is_array(rule.repositoryFilters)
	count(rule.repositoryFilters) > 0
}

# True when a filter matches the name of a repository.
matches(filter, repository) if glob.match(filter, null, repository)
