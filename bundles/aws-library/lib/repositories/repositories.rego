# METADATA
# title: Repositories
# description: |
#   What the controls on repositories of the account's private registry share.
package lib.repositories

import rego.v1

import data.lib.image

# The name of a repository out of its ARN; unlike other names it may have slashes.
name(arn) := trim_prefix(parts[5], "repository/") if {
	parts := split(arn, ":")
}

# The names of the repositories of this account and Region that containers of task definitions take their images from.
in_use contains found.repository if {
	some _, definition in input.ecs.task_definitions
	some container in definition.containerDefinitions
	found := image.of(container)
	origin := image.ecr(found.registry)
	origin.account == input.account.id
	origin.region == input.region
}
