package tidewaiter.controls.admission.vulnerable_image_test

import rego.v1

import data.tidewaiter.controls.admission.vulnerable_image as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/web/sha256:a1"

estate(scan) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {
		"images": {arn: {"repositoryName": "web", "imageTags": ["1"], "imagePushedAt": 1794000000}},
		"image_scan_findings": {arn: scan},
	},
	"coverage": {"ecr.image_scan_findings": {"status": "complete"}},
}

scanned(severity, vector) := {
	"imageScanStatus": {"status": "COMPLETE"},
	"imageScanFindings": {"findings": [{
		"name": "CVE-1",
		"severity": severity,
		"attributes": [{"key": "CVSS3_VECTOR", "value": vector}],
	}]},
}

bad := estate(scanned("HIGH", "AV:N/AC:L/A:H"))

good := estate(scanned("MEDIUM", "AV:N"))

unscanned := estate({"failureCode": "ScanNotFoundException"})

vanished := estate({"failureCode": "ImageNotFoundException"})

rule := {"rule": "imagesWithVulnerabilities", "action": "block", "severity": "high"}

test_denies_what_a_rule_catches if {
	found := control.deny with input as bad with data.params.admission.rules as [rule]
	found == {{
		"resource": arn,
		"message": concat(" ", [
			`image "web:1" has 1 vulnerability of severity HIGH or higher, the gravest CVE-1 (HIGH),`,
			`expected none`,
			`(rule imagesWithVulnerabilities, action block)`,
		]),
		"evidence": {
			"path": "imageScanFindings",
			"value": [{"id": "CVE-1", "severity": "HIGH", "packages": ""}],
			"count": 1,
			"action": "block",
			"rule": rule,
		},
	}}
}

test_denies_by_each_rule_of_the_kind if {
	rules := [rule, object.union(rule, {"action": "log", "id": "second"})]
	found := control.deny with input as bad with data.params.admission.rules as rules
	{violation.evidence.action | some violation in found} == {"block", "log"}
}

test_allows_what_no_rule_catches if {
	found := control.deny with input as good with data.params.admission.rules as [rule]
	excluded := control.exclude with input as good with data.params.admission.rules as [rule]
	count(found) == 0
	count(excluded) == 0
}

test_excludes_an_image_that_vanished if {
	excluded := control.exclude with input as vanished with data.params.admission.rules as [rule]
	excluded == {{"resource": arn, "reason": "the image has vanished"}}
}

test_excludes_everything_without_a_rule if {
	found := control.deny with input as bad with data.params.admission.rules as []
	excluded := control.exclude with input as unscanned with data.params.admission.rules as []
	count(found) == 0
	excluded == {{"resource": arn, "reason": "the parameter admission.rules has no rule imagesWithVulnerabilities"}}
}

test_excludes_what_passes_when_a_rule_is_wrong if {
	rules := [rule, {"rule": "imagesWithVulnerabilities", "action": "blok"}]
	found := control.deny with input as bad with data.params.admission.rules as rules
	excluded := control.exclude with input as good with data.params.admission.rules as rules
	count(found) == 1
	{exclusion.reason | some exclusion in excluded} == {concat(" ", [
		"a rule imagesWithVulnerabilities of the parameter",
		"admission.rules is wrong, as AD00 says",
	])}
}

test_excludes_an_image_without_a_scan if {
	found := control.deny with input as unscanned with data.params.admission.rules as [rule]
	excluded := control.exclude with input as unscanned with data.params.admission.rules as [rule]
	count(found) == 0
	excluded == {{"resource": arn, "reason": "no scan of the image has a result"}}
}
