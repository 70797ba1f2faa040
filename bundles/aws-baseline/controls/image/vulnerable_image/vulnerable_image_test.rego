package tidewaiter.controls.image.vulnerable_image_test

import rego.v1

import data.tidewaiter.controls.image.vulnerable_image as control

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

arn := sprintf("arn:aws:ecr:eu-central-1:123456789012:repository/web/%s", [digest])

estate(scans) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {
		"images": {arn: {"repositoryName": "web", "imageDigest": digest, "imageTags": ["1.2"]}},
		"image_scan_findings": scans,
	},
	"coverage": {"ecr.image_scan_findings": {"status": "complete"}},
}

found(status, findings) := {arn: {
	"imageScanStatus": {"status": status},
	"imageScanFindings": {"findings": findings},
}}

openssl := {
	"name": "CVE-1",
	"severity": "CRITICAL",
	"attributes": [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "3.0.1"}],
}

nameless := {"name": "CVE-2", "severity": "HIGH"}

test_denies_an_image_with_vulnerabilities_of_the_severity if {
	violations := control.deny with input as estate(found("COMPLETE", [nameless, openssl]))
	violations == {{
		"resource": arn,
		"message": concat(" ", [
			"image \"web:1.2\" has 2 vulnerabilities of severity HIGH or higher,",
			"the gravest CVE-1 (CRITICAL) in openssl 3.0.1, expected none",
		]),
		"evidence": {
			"path": "imageScanFindings",
			"value": [
				{"id": "CVE-1", "severity": "CRITICAL", "packages": "openssl 3.0.1"},
				{"id": "CVE-2", "severity": "HIGH", "packages": ""},
			],
			"count": 2,
		},
	}}
}

test_denies_a_vulnerability_whose_package_is_not_said if {
	violations := control.deny with input as estate(found("COMPLETE", [nameless]))
	{violation.message | some violation in violations} == {concat(" ", [
		"image \"web:1.2\" has 1 vulnerability of severity HIGH or higher,",
		"the gravest CVE-2 (HIGH), expected none",
	])}
}

test_denies_by_the_parameter if {
	low := estate(found("ACTIVE", [{"name": "CVE-3", "severity": "LOW"}]))
	violations := control.deny with input as low with data.params.vulnerable_image.min_severity as "LOW"
	count(violations) == 1
	allowed := control.deny with input as low
	count(allowed) == 0
}

test_names_ten_findings_at_most if {
	many := [{"name": sprintf("CVE-%d", [number]), "severity": "HIGH"} | some number in numbers.range(1, 20)]
	violations := control.deny with input as estate(found("COMPLETE", many))
	{[violation.evidence.count, count(violation.evidence.value)] | some violation in violations} == {[20, 10]}
}

test_allows_an_image_without_findings if {
	violations := control.deny with input as estate(found("COMPLETE", []))
	excluded := control.exclude with input as estate(found("COMPLETE", []))
	count(violations) == 0
	count(excluded) == 0
}

test_excludes_an_image_without_a_result if {
	every status in ["FAILED", "UNSUPPORTED_IMAGE"] {
		excluded := control.exclude with input as estate(found(status, []))
		excluded == {{"resource": arn, "reason": "no scan of the image has a result"}}
	}
	never := control.exclude with input as estate({arn: {"failureCode": "ScanNotFoundException"}})
	never == {{"resource": arn, "reason": "no scan of the image has a result"}}
}

test_excludes_an_image_that_vanished if {
	excluded := control.exclude with input as estate({arn: {"failureCode": "ImageNotFoundException"}})
	excluded == {{"resource": arn, "reason": "the image has vanished"}}
}

test_excludes_an_image_of_which_no_scan_is_known if {
	excluded := control.exclude with input as estate({})
	excluded == {{"resource": arn, "reason": "no scan of the image is known"}}
}

test_unknown_when_the_scan_could_not_be_read if {
	blind := object.union(estate({}), {"coverage": {"ecr.image_scan_findings": {"status": "denied"}}})
	violations := control.deny with input as blind
	excluded := control.exclude with input as blind
	count(violations) == 0
	count(excluded) == 0
}
