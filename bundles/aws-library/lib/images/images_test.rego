package lib.images_test

import rego.v1

import data.lib.images

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

params := {"max_age_days": 30, "accepted_statuses": []}

never := {"failureCode": "ScanNotFoundException"}

index := {"imageManifestMediaType": "application/vnd.oci.image.index.v1+json"}

scan(status, findings) := {"imageScanStatus": {"status": status}, "imageScanFindings": findings}

messages(image, found) := {problem.message | some problem in problems} if {
	problems := images.scan_problems(image, found, params)
		with input as {"taken_at": "2026-11-22T08:00:00Z"}
}

test_an_image_is_called_by_its_first_tag_or_the_beginning_of_its_digest if {
	images.name({"repositoryName": "web", "imageTags": ["b", "a"]}) == "web:a"
	images.name({"repositoryName": "web", "imageTags": [], "imageDigest": digest}) == "web@sha256:0123456789ab"
	images.name({"repositoryName": "web", "imageDigest": digest}) == "web@sha256:0123456789ab"
}

test_an_index_is_told_by_its_media_type if {
	images.is_index(index)
	images.is_index({"imageManifestMediaType": "application/vnd.docker.distribution.manifest.list.v2+json"})
	not images.is_index({"imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json"})
	not images.is_index({})
}

test_a_result_is_what_a_scan_left if {
	images.has_result(scan("COMPLETE", {}))
	images.has_result(scan("ACTIVE", {"findings": []}))
	images.has_result(scan("IN_PROGRESS", {"imageScanCompletedAt": 1}))
	images.has_result(scan("SCAN_ELIGIBILITY_EXPIRED", {"enhancedFindings": [{}]}))
	not images.has_result(scan("FAILED", {"findings": []}))
	not images.has_result(scan("PENDING", {}))
	not images.has_result(never)
}

test_an_index_without_a_scan_and_an_image_that_vanished_are_not_judged if {
	images.not_judged({}, {"failureCode": "ImageNotFoundException"}) == "the image has vanished"
	images.not_judged({}, {"failureCode": "RepositoryNotFoundException"}) == "the image has vanished"
	startswith(images.not_judged(index, never), "an index of images")
	startswith(images.not_judged(index, scan("UNSUPPORTED_IMAGE", {})), "an index of images")
	not images.not_judged(index, scan("UNSUPPORTED_IMAGE", {"findings": [{}]}))
	not images.not_judged(index, scan("COMPLETE", {}))
	not images.not_judged({}, never)
}

test_an_image_that_was_never_scanned_is_a_problem_and_an_index_is_none if {
	messages({}, never) == {"was never scanned, expected a scan"}
	messages(index, never) == set()
	messages(index, scan("UNSUPPORTED_IMAGE", {})) == set()
	messages({}, {"failureCode": "ImageNotFoundException"}) == set()
}

test_only_a_complete_or_continuous_scan_is_none if {
	messages({}, scan("ACTIVE", {})) == set()
	messages({}, scan("COMPLETE", {"imageScanCompletedAt": 1795000000})) == set()
	every status in ["FAILED", "PENDING", "IN_PROGRESS", "STATUS_OF_TOMORROW"] {
		messages({}, scan(status, {})) == {sprintf("has the scan status %q, expected COMPLETE or ACTIVE", [status])}
	}
	messages({}, {}) == {`has the scan status "", expected COMPLETE or ACTIVE`}
}

test_a_status_can_be_accepted if {
	problems := images.scan_problems({}, scan("UNSUPPORTED_IMAGE", {}), {
		"max_age_days": 0,
		"accepted_statuses": ["UNSUPPORTED_IMAGE"],
	}) with input as {"taken_at": "2026-11-22T08:00:00Z"}
	problems == set()
}

test_an_old_scan_is_a_problem_unless_it_goes_on if {
	old := {"imageScanCompletedAt": 1792000000}
	every status in ["COMPLETE", "IN_PROGRESS", "PENDING"] {
		messages({}, scan(status, old)) == {"was last scanned 38 days ago, expected at most 30"}
	}
	messages({}, scan("ACTIVE", old)) == set()
	messages({}, scan("COMPLETE", {})) == {"does not say when it was scanned, expected at most 30 days ago"}
	any_age := {"max_age_days": 0, "accepted_statuses": []}
	problems := images.scan_problems({}, scan("COMPLETE", old), any_age)
		with input as {"taken_at": "2026-11-22T08:00:00Z"}
	problems == set()
}

test_the_first_scan_of_a_new_image_may_be_under_way if {
	messages({"imagePushedAt": 1795334000}, scan("PENDING", {})) == set()
	count(messages({"imagePushedAt": 1795000000}, scan("PENDING", {}))) == 1
	count(messages({"imagePushedAt": 1795334000}, scan("FAILED", {}))) == 1
}

estate(images_in_use, scans) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {"images": images_in_use, "image_scan_findings": scans},
	"coverage": {"ecr.image_scan_findings": {"status": "complete"}},
}

test_problems_of_an_image_are_those_of_its_scan_or_of_a_scan_that_is_not_there if {
	document := estate({}, {"arn:a": scan("FAILED", {})})
	found := images.problems_of("arn:a", {}, params) with input as document
	{problem.message | some problem in found} == {`has the scan status "FAILED", expected COMPLETE or ACTIVE`}
	missing := images.problems_of("arn:b", {}, params) with input as document
	{problem.message | some problem in missing} == {"was never scanned, expected a scan"}
	of_index := images.problems_of("arn:b", index, params) with input as document
	of_index == set()
	partial := object.union(document, {"coverage": {"ecr.image_scan_findings": {"status": "partial"}}})
	unseen := images.problems_of("arn:b", {}, params) with input as partial
	unseen == set()
}

test_excluded_are_images_without_a_scan_to_judge_or_without_its_result if {
	document := estate(
		{
			"arn:fine": {"imagePushedAt": 1795000000},
			"arn:first": {"imagePushedAt": 1795334000},
			"arn:index": object.union(index, {"imagePushedAt": 1795000000}),
			"arn:missing": {"imagePushedAt": 1795000000},
		},
		{"arn:fine": scan("COMPLETE", {}), "arn:first": scan("PENDING", {}), "arn:index": never},
	)
	unscanned := images.excluded_unscanned with input as document
	{exclusion.resource | some exclusion in unscanned} == {"arn:first", "arn:index"}
	without_result := images.excluded_without_result with input as document
	{exclusion.resource: exclusion.reason | some exclusion in without_result} == {
		"arn:first": "no scan of the image has a result",
		"arn:index": "an index of images for several platforms, which are scanned one by one",
		"arn:missing": "no scan of the image is known",
	}
}
