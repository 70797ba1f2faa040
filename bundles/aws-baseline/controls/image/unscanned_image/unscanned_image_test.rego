package tidewaiter.controls.image.unscanned_image_test

import rego.v1

import data.tidewaiter.controls.image.unscanned_image as control

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

arn := sprintf("arn:aws:ecr:eu-central-1:123456789012:repository/web/%s", [digest])

estate(image, scans) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {
		"images": {arn: object.union({"repositoryName": "web", "imageDigest": digest, "imageTags": ["1.2"]}, image)},
		"image_scan_findings": scans,
	},
	"coverage": {"ecr.image_scan_findings": {"status": "complete"}},
}

scanned(status, findings) := {arn: {"imageScanStatus": {"status": status}, "imageScanFindings": findings}}

index := {"imageManifestMediaType": "application/vnd.oci.image.index.v1+json"}

test_denies_an_image_that_was_never_scanned if {
	violations := control.deny with input as estate({}, {arn: {"failureCode": "ScanNotFoundException"}})
	violations == {{
		"resource": arn,
		"message": "image \"web:1.2\" was never scanned, expected a scan",
		"evidence": {"path": "failureCode", "value": "ScanNotFoundException"},
	}}
}

test_denies_an_image_of_which_no_scan_is_known if {
	violations := control.deny with input as estate({}, {})
	violations == {{
		"resource": arn,
		"message": "image \"web:1.2\" was never scanned, expected a scan",
		"evidence": {"path": "imageScanStatus", "value": null},
	}}
}

test_denies_an_old_scan if {
	old := estate({}, scanned("COMPLETE", {"imageScanCompletedAt": 1792000000}))
	violations := control.deny with input as old
	{violation.message | some violation in violations} == {
		"image \"web:1.2\" was last scanned 38 days ago, expected at most 30",
	}
	allowed := control.deny with input as old with data.params.unscanned_image.max_age_days as 60
	count(allowed) == 0
}

test_denies_a_scan_that_failed_unless_its_status_is_accepted if {
	failed := estate({}, scanned("UNSUPPORTED_IMAGE", {}))
	violations := control.deny with input as failed
	{violation.evidence.value | some violation in violations} == {"UNSUPPORTED_IMAGE"}
	allowed := control.deny with input as failed
		with data.params.unscanned_image.accepted_statuses as ["UNSUPPORTED_IMAGE"]
	count(allowed) == 0
}

test_allows_a_recent_scan_and_one_that_goes_on if {
	every scans in [scanned("COMPLETE", {"imageScanCompletedAt": 1795000000}), scanned("ACTIVE", {})] {
		violations := control.deny with input as estate({}, scans)
		excluded := control.exclude with input as estate({}, scans)
		count(violations) == 0
		count(excluded) == 0
	}
}

test_excludes_a_new_image_whose_first_scan_is_under_way if {
	new := estate({"imagePushedAt": 1795334000}, scanned("PENDING", {}))
	violations := control.deny with input as new
	excluded := control.exclude with input as new
	count(violations) == 0
	excluded == {{"resource": arn, "reason": "the first scan of the image is under way"}}
}

test_excludes_an_index_and_an_image_that_vanished if {
	every scans in [{arn: {"failureCode": "ScanNotFoundException"}}, scanned("UNSUPPORTED_IMAGE", {})] {
		violations := control.deny with input as estate(index, scans)
		excluded := control.exclude with input as estate(index, scans)
		count(violations) == 0
		count(excluded) == 1
	}
	excluded := control.exclude with input as estate({}, {arn: {"failureCode": "ImageNotFoundException"}})
	excluded == {{"resource": arn, "reason": "the image has vanished"}}
}

test_unknown_when_the_scan_could_not_be_read if {
	blind := object.union(estate({}, {}), {"coverage": {"ecr.image_scan_findings": {"status": "denied"}}})
	violations := control.deny with input as blind
	excluded := control.exclude with input as blind
	count(violations) == 0
	count(excluded) == 0
}
