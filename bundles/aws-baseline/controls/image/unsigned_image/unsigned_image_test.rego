package tidewaiter.controls.image.unsigned_image_test

import rego.v1

import data.tidewaiter.controls.image.unsigned_image as control

arn := "arn:aws:ecr:eu-central-1:123456789012:repository/web/sha256:0123"

release := "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/release"

archive := "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/archive"

taken_at := 1795334400

estate(pushed_at, statuses) := signing(pushed_at, [{"signingProfileArn": release}], {arn: {"signingStatuses": statuses}})

signing(pushed_at, rules, statuses) := {
	"taken_at": "2026-11-22T08:00:00Z",
	"account": {"id": "123456789012"},
	"ecr": {
		"images": {arn: {"repositoryName": "web", "imageTags": ["1.2"], "imagePushedAt": pushed_at}},
		"image_signing_status": statuses,
		"signing_configuration": {"123456789012": {"signingConfiguration": {"rules": rules}}},
	},
	"coverage": {
		"ecr.image_signing_status": {"status": "complete"},
		"ecr.signing_configuration": {"status": "complete"},
	},
}

status(word) := {"signingProfileArn": release, "status": word}

old := 1790000000

denied(document) := found if {
	found := control.deny with input as document
}

left_open(document) := {undecided.reason | some undecided in found} if {
	found := control.unknown with input as document
}

excluded(document) := {exclusion.reason | some exclusion in found} if {
	found := control.exclude with input as document
}

test_denies_an_image_whose_signing_failed if {
	failed := object.union(status("FAILED"), {
		"failureCode": "ACCESS_DENIED",
		"failureReason": "no signer:SignPayload",
	})
	denied(estate(taken_at, [failed])) == {{
		"resource": arn,
		"message": concat(" ", [
			`image "web:1.2" has the signing status FAILED (ACCESS_DENIED: no signer:SignPayload)`,
			`for profile "release", expected COMPLETE`,
		]),
		"evidence": {
			"path": "signingStatuses",
			"value": "FAILED",
			"signingProfileArn": release,
			"status": "FAILED",
			"failureCode": "ACCESS_DENIED",
			"failureReason": "no signer:SignPayload",
		},
	}}
}

test_denies_a_failure_without_a_reason_and_a_status_that_is_not_known if {
	coded := object.union(status("FAILED"), {"failureCode": "ACCESS_DENIED"})
	{violation.message | some violation in denied(estate(old, [coded]))} == {
		`image "web:1.2" has the signing status FAILED (ACCESS_DENIED) for profile "release", expected COMPLETE`,
	}
	{violation.message | some violation in denied(estate(old, [status("PAUSED")]))} == {
		`image "web:1.2" has the signing status PAUSED for profile "release", expected COMPLETE`,
	}
}

test_denies_signing_that_does_not_come_to_an_end if {
	pushed_at := taken_at - 3660
	{violation.message | some violation in denied(estate(pushed_at, [status("IN_PROGRESS")]))} == {concat(" ", [
		`image "web:1.2" has the signing status IN_PROGRESS 61 minutes after its push`,
		`for profile "release", expected COMPLETE`,
	])}
}

test_denies_an_image_that_was_there_before_the_rule if {
	some violation in denied(estate(old, []))
	contains(violation.message, "has no signing status 88906 minutes after its push for profile")
	violation.evidence.value == null
}

test_denies_by_each_profile_that_covers_the_repository if {
	rules := [{"signingProfileArn": release}, {"signingProfileArn": archive}]
	document := signing(old, rules, {arn: {"signingStatuses": [status("COMPLETE")]}})
	{violation.evidence.signingProfileArn | some violation in denied(document)} == {archive}
}

test_allows_an_image_that_each_profile_signed if {
	document := estate(old, [status("COMPLETE"), {"signingProfileArn": archive, "status": "FAILED"}])
	count(denied(document)) == 0
	count(left_open(document)) == 0
	count(excluded(document)) == 0
}

test_unknown_while_signing_is_under_way if {
	every statuses in [[status("IN_PROGRESS")], []] {
		every pushed_at in [taken_at - 3600, taken_at, null] {
			document := estate(pushed_at, statuses)
			count(denied(document)) == 0
			count(left_open(document)) == 1
		}
	}
	left_open(estate(taken_at, [])) == {concat(" ", [
		`it has no signing status for profile "release",`,
		"expected COMPLETE at most 60 minutes after its push",
	])}
}

test_denies_sooner_by_the_parameter if {
	pushed_at := taken_at - 660
	document := estate(pushed_at, [status("IN_PROGRESS")])
	found := control.deny with input as document with data.params.unsigned_image.grace_minutes as 10
	count(found) == 1
}

test_unknown_when_the_status_or_the_configuration_could_not_be_read if {
	blind := object.union(signing(old, [{"signingProfileArn": release}], {}), {"coverage": {"ecr.image_signing_status": {
		"status": "partial",
		"gaps": [{"ids": [arn]}],
	}}})
	count(denied(blind)) == 0
	count(excluded(blind)) == 0
	unconfigured := json.patch(signing(old, [], {}), [{"op": "replace", "path": "/ecr/signing_configuration", "value": {}}])
	left_open(unconfigured) == {"the document does not hold the registry's signing configuration"}
	count(excluded(unconfigured)) == 0
}

test_excludes_an_image_that_no_rule_covers_or_that_vanished if {
	excluded(signing(old, [], {arn: {"signingStatuses": []}})) == {
		"no rule of the registry's signing configuration covers its repository",
	}
	excluded(signing(old, [{"signingProfileArn": release}], {})) == {"the image has vanished"}
}
