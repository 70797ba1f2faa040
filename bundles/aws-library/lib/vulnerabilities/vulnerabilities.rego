# METADATA
# title: Vulnerabilities
# description: |
#   Reads what scans of images found, the findings of basic scanning and of enhanced scanning (Amazon Inspector) alike,
#   and chooses those that count. What a finding does not say never keeps it from counting: one without a CVSS vector
#   meets every metric that is asked for, and one whose severity nobody knows is of the highest.
package lib.vulnerabilities

import rego.v1

import data.lib.moments

# Severities from the lowest to the highest. Two mean that nobody has rated the vulnerability yet.
_ranks := {
	"UNDEFINED": 0,
	"UNTRIAGED": 0,
	"INFORMATIONAL": 1,
	"LOW": 2,
	"MEDIUM": 3,
	"HIGH": 4,
	"CRITICAL": 5,
}

# How grave a severity is; one that is not known is graver than all.
rank(severity) := object.get(_ranks, severity, 6)

# The findings of a scan that count for parameters with `min_severity`, `fix_available_only`, `min_age_days`,
# `cvss_metrics` and `ignored`, the gravest first: objects with `id`, `severity` and `packages`.
counted(scan, params) := gravest_first(_counted(scan, params))

# Findings in their order.
gravest_first(findings) := [entry[3] | some entry in sort(_ordered(findings))]

_ordered(findings) := [[0 - rank(finding.severity), finding.id, finding.packages, finding] | some finding in findings]

# Most findings of an image are not grave, so that severity goes first.
_counted(scan, params) := {{
	"id": _id(raw),
	"severity": object.get(raw, "severity", "of no name"),
	"packages": _packages(raw),
} |
	lowest := object.get(_ranks, params.min_severity, 0)
	some raw in _raw(scan)
	rank(object.get(raw, "severity", null)) >= lowest
	not object.get(raw, "status", "ACTIVE") in {"CLOSED", "SUPPRESSED"}
	not _id(raw) in params.ignored
	_can_be_fixed(raw, params)
	_is_old_enough(raw, params)
	_meets(raw, params.cvss_metrics)
}

_raw(scan) := array.concat(
	object.get(scan, ["imageScanFindings", "enhancedFindings"], []),
	object.get(scan, ["imageScanFindings", "findings"], []),
)

# A CVE's id, or whatever stands in its place.
_id(raw) := object.get(raw, ["packageVulnerabilityDetails", "vulnerabilityId"], object.get(raw, "name", "a finding"))

# The packages with their versions; "" when the finding does not say.
_packages(raw) := concat(", ", sort({trim_space(sprintf("%s %s", [vulnerable.name, object.get(vulnerable, "version", "")])) |
	some vulnerable in raw.packageVulnerabilityDetails.vulnerablePackages
} | {concat(" ", array.concat(_attributes(raw, "package_name"), _attributes(raw, "package_version"))) |
	count(_attributes(raw, "package_name")) > 0
}))

_attributes(raw, key) := [attribute.value |
	some attribute in object.get(raw, "attributes", [])
	attribute.key == key
]

_can_be_fixed(_, params) if params.fix_available_only != true

_can_be_fixed(raw, params) if {
	params.fix_available_only == true
	object.get(raw, "fixAvailable", "") != "NO"
}

_is_old_enough(_, params) if params.min_age_days <= 0

_is_old_enough(raw, params) if {
	params.min_age_days > 0
	not _is_younger(raw, params.min_age_days)
}

# Basic scanning does not say since when a finding is known. The day of the scan would not do: where images are scanned
# anew every day, no finding would ever be old enough.
_is_younger(raw, days) if moments.days_since(raw.firstObservedAt) < days

_meets(_, metrics) if count(metrics) == 0

_meets(raw, metrics) if {
	count(metrics) > 0
	count(_vectors(raw)) == 0
}

_meets(raw, metrics) if {
	some vector in _vectors(raw)
	found := split(vector, "/")
	every metric in metrics {
		metric in found
	}
}

_vectors(raw) := {vector |
	some score in raw.packageVulnerabilityDetails.cvss
	vector := score.scoringVector
} | {vector |
	vector := raw.scoreDetails.cvss.scoringVector
} | {attribute.value |
	some attribute in raw.attributes
	endswith(attribute.key, "_VECTOR")
}

# What is to be said of an image with these findings, where `which` says which of them count. Undefined where none does.
in_words(findings, which) := sprintf("has %s %s, the gravest %s (%s)%s, expected none", [
	_number(findings),
	which,
	gravest.id,
	gravest.severity,
	_where(gravest),
]) if {
	gravest := findings[0]
}

# The gravest findings, and how many there are.
evidence(findings) := {
	"path": "imageScanFindings",
	"value": array.slice(findings, 0, 10),
	"count": count(findings),
}

_number(findings) := "1 vulnerability" if {
	count(findings) == 1
} else := sprintf("%d vulnerabilities", [count(findings)])

_where(finding) := "" if {
	finding.packages == ""
} else := sprintf(" in %s", [finding.packages])
