package tidewaiter.controls.task.drifted_image_test

import rego.v1

import data.tidewaiter.controls.task.drifted_image as control

arn := "arn:aws:ecs:eu-central-1:123456789012:task/prod/0a1b"

name := "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web"

image := sprintf("%s:1.2", [name])

index := {"imageManifestMediaType": "application/vnd.oci.image.index.v1+json"}

plain := {"imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"}

reference := {"imageId": {"imageTag": "1.2", "imageDigest": "sha256:new"}}

indexed := object.union(reference, index)

running := sprintf("%s@sha256:old", [name])

runs(digest) := {"lastStatus": "RUNNING", "containers": [{"name": "web", "image": image, "imageDigest": digest}]}

estate(task, references) := {
	"account": {"id": "123456789012"},
	"region": "eu-central-1",
	"ecs": {"tasks": {arn: task}},
	"ecr": {"image_references": references},
	"coverage": {"ecr.image_references": {"status": "complete"}},
}

reasons(document) := {exclusion.reason | some exclusion in exclusions} if {
	exclusions := control.exclude with input as document
}

not_judged := {"no container runs an image of the account's registry by a tag that exists"}

test_denies_a_container_whose_tag_has_moved_on if {
	violations := control.deny with input as estate(runs("sha256:old"), {image: object.union(reference, plain)})
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"container \"web\" of task \"0a1b\" runs sha256:old,",
			sprintf("but its image %q is sha256:new now, expected the same digest", [image]),
		]),
		"evidence": {
			"path": "containers[0].imageDigest",
			"value": "sha256:old",
			"image": image,
			"digest_of_tag": "sha256:new",
		},
	}}
}

test_denies_an_index_that_is_not_the_one_of_the_tag if {
	violations := control.deny with input as estate(runs("sha256:old"), {image: indexed, running: index})
	count(violations) == 1
}

test_allows_an_image_that_may_be_of_the_index if {
	every references in [{image: indexed, running: plain}, {image: indexed}] {
		document := estate(runs("sha256:old"), references)
		violations := control.deny with input as document
		count(violations) == 0
		reasons(document) == set()
	}
}

test_allows_a_container_that_runs_what_the_tag_stands_for if {
	document := estate(runs("sha256:new"), {image: object.union(reference, plain)})
	violations := control.deny with input as document
	count(violations) == 0
	reasons(document) == set()
}

test_excludes_a_task_whose_images_have_no_tag_here if {
	by_digest := {"imageId": {"imageDigest": "sha256:new"}}
	gone := {"imageId": {"imageTag": "1.2"}, "failureCode": "ImageNotFoundException"}
	every references in [{}, {image: by_digest}, {image: gone}] {
		reasons(estate(runs("sha256:old"), references)) == not_judged
	}
	reasons(estate({"containers": [{"image": image}]}, {image: reference})) == not_judged
}

test_excludes_a_task_that_has_stopped if {
	stopped := object.union(runs("sha256:old"), {"lastStatus": "STOPPED"})
	violations := control.deny with input as estate(stopped, {image: reference})
	count(violations) == 0
	reasons(estate(stopped, {image: reference})) == {"the task has stopped"}
}

test_unknown_when_the_image_could_not_be_read if {
	blind := object.union(
		estate(runs("sha256:old"), {}),
		{"coverage": {"ecr.image_references": {"status": "partial"}}},
	)
	violations := control.deny with input as blind
	count(violations) == 0
	reasons(blind) == set()
	elsewhere := object.union(blind, {"region": "eu-west-1"})
	reasons(elsewhere) == not_judged
}
