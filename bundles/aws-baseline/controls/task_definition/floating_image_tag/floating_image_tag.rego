# METADATA
# title: Containers use an image tag that names a version
# description: |
#   What `latest` means changes with every push, so two tasks of one revision can run different code and a rollback
#   brings back nothing. A reference without tag and digest means `latest`. Further tags that move, such as `stable`,
#   can be added by parameter. A digest settles the image whatever the tag says, so it passes; whether each image
#   needs one is for TD33 to say. What is no image reference fails.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
# custom:
#   id: TD31
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [imageTag]
#   parameters: [floating_image_tag]
#   remediation:
#     text: |
#       Register a revision whose images have a tag of their version, or a digest, and let the pipeline write it
#       there; tag immutability in the repository keeps a version what it is. Move the services, schedules and
#       pipelines that start the old revision to the new one, then deregister the old one.
package tidewaiter.controls.task_definition.floating_image_tag

import rego.v1

import data.lib.containers
import data.lib.image

deny contains violation if {
	moving := floating
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	found := image.of(container)
	found.digest == ""
	found.tag in moving
	violation := {
		"resource": arn,
		"message": sprintf("container %q has the image %q, %s, expected a tag of a version or a digest", [
			containers.name(index, container),
			found.reference,
			problem(found),
		]),
		"evidence": containers.evidence(index, container, "image", found.reference),
	}
}

# No tag means `latest`, and what is no reference has no tag either.
floating := {""} | {tag | some tag in data.params.floating_image_tag.tags}

problem(found) := "which is no image reference" if {
	not found.valid
} else := "without a tag" if {
	found.tag == ""
} else := sprintf("whose tag %q moves", [found.tag])
