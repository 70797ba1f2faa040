# METADATA
# title: Images come from approved registries
# description: |
#   A registry that nobody vouches for can hand out anything, and a public one under a familiar name often does.
#   Approved are, by parameter, the account's own private ECR registry in any region (the default, and the only one),
#   the registries of other accounts, whole registry hosts, and repositories or paths of them. Everything else fails,
#   and so does what is no image reference. An image without a host comes from Docker Hub.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
# custom:
#   id: TD32
#   severity: high
#   resources: ecs.task_definitions
#   covers:
#     aws-config-community: [ECS_ECRIMAGE_CHECK]
#     trend-vision-one: [imageRegistry]
#   parameters: [unapproved_registry]
#   remediation:
#     text: |
#       Copy the image into the account's own ECR registry, or let a pull-through cache rule do so, and register a
#       revision that names it there. If the source is trusted as it is, add the repository to
#       `unapproved_registry.repositories` instead. Move the services, schedules and pipelines that start the old
#       revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.unapproved_registry

import rego.v1

import data.lib.containers
import data.lib.image

accounts := own_account | {account | some account in data.params.unapproved_registry.ecr_accounts}

registries := {lower(registry) | some registry in data.params.unapproved_registry.registries}

repositories := {trim_suffix(lower(path), "/") | some path in data.params.unapproved_registry.repositories}

own_account := {input.account.id | data.params.unapproved_registry.own_account == true}

deny contains violation if {
	configured
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	found := image.of(container)
	not approved(found)
	violation := {
		"resource": arn,
		"message": sprintf("container %q has the image %q, %s, expected an approved registry", [
			containers.name(index, container),
			found.reference,
			origin(found),
		]),
		"evidence": containers.evidence(index, container, "image", found.reference),
	}
}

exclude contains exclusion if {
	not configured
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter unapproved_registry approves of nothing"}
}

configured if data.params.unapproved_registry.own_account == true

configured if count(accounts | registries | repositories) > 0

approved(found) if image.ecr(found.registry).account in accounts

approved(found) if found.registry in registries

approved(found) if image.comes_from(found, repositories)

origin(found) := sprintf("which comes from %s", [found.registry]) if {
	found.valid
} else := "which is no image reference"
