# METADATA
# title: Attestors can be relied on
# description: |
#   An attestor whose key does not parse or whose signing profile was revoked verifies nothing, and every rule that names it
#   turns to unknown or to violations that say little about images. The control fails for attestors of the file of
#   attestors, and for the file itself, that are invalid, that have expired or were revoked, and that expire within
#   `unusable_attestor.expires_within_days`, so that there is time to put another in their place. Whether it can be relied
#   on is unknown where whoever knows could not be asked. Without an attestors file there is nothing to judge.
# related_resources:
#   - https://docs.aws.amazon.com/signer/latest/developerguide/revocation.html
#   - https://docs.sigstore.dev/cosign/key_management/overview/
# custom:
#   id: SG05
#   severity: medium
#   resources: attestors
#   covers: {}
#   parameters: [unusable_attestor]
#   remediation:
#     text: |
#       Put right what the finding quotes in the attestors file. Where a key, a certificate or a signing profile has come
#       to its end, make a new one, have the pipeline sign with it, and keep the old one as an attestor of its own for as
#       long as images that it signed run. What was signed with a revoked profile is to be looked into.
package tidewaiter.controls.attestor.unusable_attestor

import rego.v1

import data.lib.moments

expires_within_days := data.params.unusable_attestor.expires_within_days

deny contains violation if {
	some name, attestor in input.attestors
	not attestor.status in {"unknown", "valid"}
	violation := {
		"resource": name,
		"message": sprintf("%s is %s%s, expected one that can be relied on", [
			called(name, attestor),
			attestor.status,
			quoted(attestor),
		]),
		"evidence": {
			"path": "status",
			"value": attestor.status,
			"problems": [cut(problem) | some problem in array.slice(problems(attestor), 0, named)],
		},
	}
}

deny contains violation if {
	some name, attestor in input.attestors
	attestor.status in {"unknown", "valid"}
	days := 0 - moments.days_since(attestor.expires_at)
	days <= expires_within_days
	violation := {
		"resource": name,
		"message": sprintf("%s %s, expected at least %v days after this pass", [
			called(name, attestor),
			ending(attestor, days),
			expires_within_days,
		]),
		"evidence": {
			"path": "expires_at",
			"value": attestor.expires_at,
			"expires_within_days": expires_within_days,
		},
	}
}

unknown contains undecided if {
	some name, attestor in input.attestors
	attestor.status == "unknown"
	undecided := {
		"resource": name,
		"reason": sprintf("nobody can tell whether %s can be relied on%s", [called(name, attestor), quoted(attestor)]),
	}
}

unknown contains undecided if {
	some name, attestor in input.attestors
	moment := attestor.expires_at
	not is_moment(moment)
	undecided := {"resource": name, "reason": sprintf("it expires at %s, which is no moment", [json.marshal(moment)])}
}

is_moment(text) if is_number(moments.days_since(text))

# How many problems a message quotes, and how many the evidence holds.
quoted_problems := 2

named := 10

# What is wrong with the file as a whole stands under this name.
called("attestors", attestor) := "the attestors file" if not attestor.kind

called(name, attestor) := sprintf("attestor %q", [name]) if attestor.kind

called(name, attestor) := sprintf("attestor %q", [name]) if {
	name != "attestors"
	not attestor.kind
}

quoted(attestor) := "" if {
	count(problems(attestor)) == 0
} else := sprintf(" (%s%s)", [
	concat("; ", [cut(problem) | some problem in array.slice(problems(attestor), 0, quoted_problems)]),
	more(count(problems(attestor)) - quoted_problems),
])

more(n) := sprintf("; and %d more", [n]) if {
	n > 0
} else := ""

problems(attestor) := object.get(attestor, "problems", [])

# The beginning of a text, whose length others decide.
cut(text) := text if {
	count(text) <= 200
} else := sprintf("%s…", [substring(text, 0, 199)])

ending(attestor, days) := sprintf("expires at %s, in %d days", [attestor.expires_at, floor(days)]) if {
	days >= 0
} else := sprintf("expired at %s", [attestor.expires_at])
