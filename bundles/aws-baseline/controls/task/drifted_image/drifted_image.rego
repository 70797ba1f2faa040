# METADATA
# title: Running containers have the image that their tag stands for now
# description: |
#   Whoever looks up the tag of a running container finds another image than the one that runs, once somebody has pushed
#   a new one under it: scans, signatures and reviews of the tag say nothing about the task, and the next task may run
#   something else. The control compares the digest that ECS reports of each running container with the one that its tag
#   has now in the account's registry. Where the tag stands for an index of images for several platforms, a container
#   that runs an image which is no index may run one of these, and does not fail. Containers without a tag, from another
#   registry, without a digest or whose tag is gone are not judged, and tasks that have no others are not applicable.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
#   - https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html
#   - https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
# custom:
#   id: TK09
#   severity: medium
#   resources: ecs.tasks
#   covers: {}
#   remediation:
#     text: |
#       Force a new deployment of the service, or start the task anew, once the new image is known to be the right one.
#       Make the tags of the repository immutable, and push each image under a tag of its own.
package tidewaiter.controls.task.drifted_image

import rego.v1

import data.lib.arns
import data.lib.image
import data.lib.images
import data.lib.tasks

deny contains violation if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	some index, container in task.containers
	reference := by_tag(container)
	current := reference.imageId.imageDigest
	container.imageDigest != current
	not may_be_of_index(container, reference)
	violation := {
		"resource": arn,
		"message": sprintf("container %q of task %q runs %s, but its image %q is %s now, expected the same digest", [
			object.get(container, "name", sprintf("#%d", [index])),
			arns.name(arn),
			container.imageDigest,
			container.image,
			current,
		]),
		"evidence": {
			"path": sprintf("containers[%d].imageDigest", [index]),
			"value": container.imageDigest,
			"image": container.image,
			"digest_of_tag": current,
		},
	}
}

exclude contains exclusion if some exclusion in tasks.excluded_as_stopped

exclude contains exclusion if {
	some arn, task in input.ecs.tasks
	not tasks.stopped(task)
	count([container | some container in task.containers; asked(container)]) == 0
	exclusion := {"resource": arn, "reason": "no container runs an image of the account's registry by a tag that exists"}
}

# True for a container about which something can be said, or could be if its image had been read.
asked(container) if by_tag(container)

asked(container) if {
	input.coverage["ecr.image_references"].status != "complete"
	is_string(container.imageDigest)
	origin := image.ecr(image.of(container).registry)
	origin.account == input.account.id
	origin.region == input.region
	object.get(input.ecr.image_references, container.image, null) == null
}

# What the image of a container stands for, when it is named by a tag.
by_tag(container) := reference if {
	is_string(container.imageDigest)
	reference := input.ecr.image_references[container.image]
	reference.imageId.imageTag
	reference.imageId.imageDigest
}

may_be_of_index(container, reference) if {
	images.is_index(reference)
	name := trim_suffix(container.image, sprintf(":%s", [reference.imageId.imageTag]))
	running := object.get(input.ecr.image_references, sprintf("%s@%s", [name, container.imageDigest]), {})
	not images.is_index(running)
}
