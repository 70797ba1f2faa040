package tidewaiter.controls.admission.unscanned_image_test

import rego.v1

import data.tidewaiter.controls.admission.unscanned_image as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/web/sha256:a1"

estate(scan) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"ecr": {
		"images": {arn: {"repositoryName": "web", "imageTags": ["1"], "imagePushedAt": 1794000000}},
		"image_scan_findings": {arn: scan},
	},
	"coverage": {"ecr.image_scan_findings": {"status": "complete"}},
}

bad := estate({
	"imageScanStatus": {"status": "COMPLETE"},
	"imageScanFindings": {"imageScanCompletedAt": 1790000000},
})

good := estate({
	"imageScanStatus": {"status": "COMPLETE"},
	"imageScanFindings": {"imageScanCompletedAt": 1795300000},
})

unscanned := estate({"failureCode": "ScanNotFoundException"})

vanished := estate({"failureCode": "ImageNotFoundException"})

rule := {"rule": "imagesNotScanned", "action": "block", "scanType": "vulnerability", "maxScanAge": 30}

test_denies_what_a_rule_catches if {
	found := control.deny with input as bad with data.params.admission.rules as [rule]
	found == {{
		"resource": arn,
		"message": concat(" ", [
			`image "web:1" was last scanned 61 days ago, expected at most 30`,
			`(rule imagesNotScanned, action block)`,
		]),
		"evidence": {
			"path": "imageScanFindings.imageScanCompletedAt",
			"value": 1790000000,
			"max_age_days": 30,
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
	excluded == {{"resource": arn, "reason": "the parameter admission.rules has no rule imagesNotScanned"}}
}

test_excludes_what_passes_when_a_rule_is_wrong if {
	rules := [rule, {"rule": "imagesNotScanned", "action": "blok"}]
	found := control.deny with input as bad with data.params.admission.rules as rules
	excluded := control.exclude with input as good with data.params.admission.rules as rules
	count(found) == 1
	{exclusion.reason | some exclusion in excluded} == {concat(" ", [
		"a rule imagesNotScanned of the parameter",
		"admission.rules is wrong, as AD00 says",
	])}
}

test_denies_an_image_that_was_never_scanned if {
	found := control.deny with input as unscanned with data.params.admission.rules as [rule]
	{violation.message | some violation in found} == {concat(" ", [
		`image "web:1" was never scanned, expected a scan`,
		"(rule imagesNotScanned, action block)",
	])}
}

test_denies_a_scan_of_yesterday_when_it_may_have_no_age if {
	rules := [object.union(rule, {"maxScanAge": 0})]
	found := control.deny with input as estate({
		"imageScanStatus": {"status": "COMPLETE"},
		"imageScanFindings": {"imageScanCompletedAt": 1795200000},
	})
		with data.params.admission.rules as rules
	today := control.deny with input as good with data.params.admission.rules as rules
	count(found) == 1
	count(today) == 0
}
