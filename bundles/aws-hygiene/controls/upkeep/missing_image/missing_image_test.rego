package tidewaiter.controls.upkeep.missing_image_test

import rego.v1

import data.tidewaiter.controls.upkeep.missing_image as control

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

name := "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1.2"

estate(reference) := {"ecr": {"image_references": {name: object.union(
	{"repositoryName": "web", "usedBy": ["td:1"]},
	reference,
)}}}

missing(code, id) := {"failureCode": code, "imageId": id}

messages(document) := {violation.message | some violation in violations} if {
	violations := control.deny with input as document
}

test_denies_a_tag_that_is_gone if {
	violations := control.deny with input as estate(missing("ImageNotFoundException", {"imageTag": "1.2"}))
	violations == {{
		"resource": name,
		"message": concat(" ", [
			sprintf("image %q does not exist: repository \"web\" has no image with the tag \"1.2\",", [name]),
			"expected the image that 1 task definition needs",
		]),
		"evidence": {
			"path": "failureCode",
			"value": "ImageNotFoundException",
			"image_id": {"imageTag": "1.2"},
			"used_by": ["td:1"],
		},
	}}
}

test_denies_a_digest_and_a_repository_that_are_gone if {
	by_digest := missing("ImageNotFoundException", {"imageDigest": digest})
	every message in messages(estate(by_digest)) {
		contains(message, sprintf("has no image with the digest %s,", [digest]))
	}
	gone := object.union(missing("RepositoryNotFoundException", {"imageTag": "1.2"}), {"usedBy": ["td:1", "td:2"]})
	messages(estate(gone)) == {concat(" ", [
		sprintf("image %q does not exist: repository \"web\" is gone,", [name]),
		"expected the image that 2 task definitions need",
	])}
}

test_denies_an_image_that_cannot_be_pulled if {
	every status in ["ARCHIVED", "STATUS_OF_TOMORROW"] {
		count(messages(estate({"imageId": {}, "imageStatus": status}))) == 1
	}
}

test_allows_an_image_that_is_there if {
	every reference in [{"imageStatus": "ACTIVE"}, {}] {
		messages(estate(object.union({"imageId": {}}, reference))) == set()
	}
}
