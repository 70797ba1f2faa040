package tidewaiter.controls.attestor.unusable_attestor_test

import rego.v1

import data.tidewaiter.controls.attestor.unusable_attestor as control

estate(name, attestor) := {"taken_at": "2026-11-22T08:00:00Z", "attestors": {name: attestor}}

key(changes) := object.union({"kind": "cosign_key", "status": "valid"}, changes)

denied(name, attestor) := found if {
	found := control.deny with input as estate(name, attestor)
}

left_open(name, attestor) := found if {
	found := control.unknown with input as estate(name, attestor)
}

test_denies_an_attestor_that_cannot_be_relied_on if {
	every status in ["invalid", "expired", "revoked", "tired"] {
		denied("ci", key({"status": status, "problems": ["line 3: no key"]})) == {{
			"resource": "ci",
			"message": sprintf(`attestor "ci" is %s (line 3: no key), expected one that can be relied on`, [status]),
			"evidence": {"path": "status", "value": status, "problems": ["line 3: no key"]},
		}}
		count(left_open("ci", key({"status": status}))) == 0
	}
}

test_denies_the_file_of_attestors if {
	{violation.message | some violation in denied("attestors", {"status": "invalid", "problems": ["no YAML"]})} == {
		"the attestors file is invalid (no YAML), expected one that can be relied on",
	}
	{violation.message | some violation in denied("ci", {"status": "invalid"})} == {
		`attestor "ci" is invalid, expected one that can be relied on`,
	}
}

test_denies_with_few_of_many_problems if {
	long := concat("", ["x" | some _ in numbers.range(1, 5000)])
	problems := [sprintf("%d %s", [n, long]) | some n in numbers.range(1, 100)]
	some violation in denied("ci", key({"status": "invalid", "problems": problems}))
	endswith(violation.message, "…; and 98 more), expected one that can be relied on")
	count(violation.message) < 600
	count(violation.evidence.problems) == 10
	every problem in violation.evidence.problems {
		count(problem) == 200
	}
}

test_denies_an_attestor_that_is_about_to_expire if {
	denied("ci", key({"expires_at": "2026-12-01T20:00:00Z"})) == {{
		"resource": "ci",
		"message": concat(" ", [
			`attestor "ci" expires at 2026-12-01T20:00:00Z, in 9 days,`,
			"expected at least 30 days after this pass",
		]),
		"evidence": {"path": "expires_at", "value": "2026-12-01T20:00:00Z", "expires_within_days": 30},
	}}
	count(denied("ci", key({"status": "unknown", "expires_at": "2026-12-01T20:00:00Z"}))) == 1
	count(denied("ci", key({"expires_at": "2026-12-22T08:00:00Z"}))) == 1
	{violation.message | some violation in denied("ci", key({"expires_at": "2026-11-01T00:00:00Z"}))} == {
		`attestor "ci" expired at 2026-11-01T00:00:00Z, expected at least 30 days after this pass`,
	}
}

test_denies_later_by_the_parameter if {
	soon := estate("ci", key({"expires_at": "2026-12-01T20:00:00Z"}))
	found := control.deny with input as soon with data.params.unusable_attestor.expires_within_days as 7
	count(found) == 0
}

test_allows_an_attestor_that_can_be_relied_on if {
	every changes in [{}, {"expires_at": "2026-12-22T08:00:01Z"}, {"problems": []}] {
		count(denied("ci", key(changes))) == 0
		count(left_open("ci", key(changes))) == 0
	}
}

test_unknown_when_nobody_could_be_asked if {
	left_open("ci", key({"status": "unknown", "problems": ["AWS Signer refused"]})) == {{
		"resource": "ci",
		"reason": `nobody can tell whether attestor "ci" can be relied on (AWS Signer refused)`,
	}}
	count(denied("ci", key({"status": "unknown"}))) == 0
}

test_unknown_when_it_expires_at_no_moment if {
	left_open("ci", key({"expires_at": "next year"})) == {{
		"resource": "ci",
		"reason": `it expires at "next year", which is no moment`,
	}}
}
