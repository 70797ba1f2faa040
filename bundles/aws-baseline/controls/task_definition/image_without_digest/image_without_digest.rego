# METADATA
# title: Images are pinned by digest
# description: |
#   A tag can be pushed again; only a digest says which image was reviewed, scanned and signed. ECS resolves a tag
#   once per deployment of a service (`versionConsistency`), but a standalone or scheduled task resolves it at each
#   start, and the next deployment anew. The reference must end in `@sha256:` and the digest; a tag in front of it
#   does no harm. What is no image reference fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
# custom:
#   id: TD33
#   severity: medium
#   resources: ecs.task_definitions
#   covers: {}
#   remediation:
#     text: |
#       Let the pipeline look up the digest of what it pushed (`aws ecr describe-images`) and register a revision that
#       names the image as `repository@sha256:…`. Move the services, schedules and pipelines that start the old
#       revision to the new one, then deregister the old one. Lifecycle rules of the repository must keep the images
#       that are in use, now that no tag holds on to them.
package tidewaiter.controls.task_definition.image_without_digest

import rego.v1

import data.lib.containers
import data.lib.image

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	found := image.of(container)
	not startswith(found.digest, "sha256:")
	violation := {
		"resource": arn,
		"message": sprintf("container %q has the image %q, %s, expected one pinned by `@sha256:`", [
			containers.name(index, container),
			found.reference,
			problem(found),
		]),
		"evidence": containers.evidence(index, container, "image", found.reference),
	}
}

problem(found) := "without a SHA-256 digest" if {
	found.valid
} else := "which is no image reference"
