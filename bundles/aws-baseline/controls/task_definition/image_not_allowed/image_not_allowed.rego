# METADATA
# title: Containers have no image that is not allowed
# description: |
#   An organisation may forbid images by what they are called: by their registry, their path in it, the last part of the
#   path, or their tag. Each condition of the parameter `image_not_allowed.denied` forbids the images that meet it, with
#   the operators `equals`, `contains` and `startsWith` for a list of what is forbidden, and `notEquals` and `notContains`
#   for a list of all that is allowed. A condition with another part or operator forbids every image, so that a slip of
#   the pen does not go unnoticed. Names are read as Docker reads them: `nginx` is `library/nginx` of `docker.io`, and
#   without a tag and a digest it has the tag `latest`. Without conditions nothing is judged.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_image
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
# custom:
#   id: TD34
#   severity: medium
#   resources: ecs.task_definitions
#   covers:
#     trend-vision-one: [imageName, imagePath]
#   parameters: [image_not_allowed]
#   remediation:
#     text: |
#       Register a revision whose containers have images that are allowed, move the services, schedules and pipelines that
#       start the old one to it, then deregister the old one. If the image is wanted, change the condition.
package tidewaiter.controls.task_definition.image_not_allowed

import rego.v1

import data.lib.containers
import data.lib.image
import data.lib.image_rules

conditions := data.params.image_not_allowed.denied

deny contains violation if {
	some arn, definition in input.ecs.task_definitions
	some index, container in definition.containerDefinitions
	found := image.of(container)
	some condition in conditions
	image_rules.meets(found, condition)
	violation := {
		"resource": arn,
		"message": sprintf("container %q has the image %q, %s", [
			containers.name(index, container),
			found.reference,
			image_rules.in_words(found, condition),
		]),
		"evidence": containers.evidence(index, container, "image", found.reference),
	}
}

exclude contains exclusion if {
	count(conditions) == 0
	some arn, _ in input.ecs.task_definitions
	exclusion := {"resource": arn, "reason": "the parameter image_not_allowed denies nothing"}
}
