package lib.vulnerabilities_test

import rego.v1

import data.lib.vulnerabilities

params := {
	"min_severity": "HIGH",
	"fix_available_only": false,
	"min_age_days": 0,
	"cvss_metrics": [],
	"ignored": [],
}

basic(id, severity) := {
	"name": id,
	"severity": severity,
	"attributes": [
		{"key": "package_version", "value": "3.0.1"},
		{"key": "package_name", "value": "openssl"},
		{"key": "CVSS2_VECTOR", "value": "AV:N/AC:L/Au:N/C:P/I:P/A:P"},
	],
}

enhanced(id, severity) := {
	"severity": severity,
	"status": "ACTIVE",
	"fixAvailable": "YES",
	"firstObservedAt": 1795000000,
	"packageVulnerabilityDetails": {
		"vulnerabilityId": id,
		"vulnerablePackages": [{"name": "zlib", "version": "1.3"}, {"name": "curl"}],
		"cvss": [{"scoringVector": "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:L"}],
	},
	"scoreDetails": {"cvss": {"scoringVector": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:L"}},
}

ids(findings, changes) := [finding.id | some finding in found] if {
	found := vulnerabilities.counted(findings, object.union(params, changes))
		with input as {"taken_at": "2026-11-22T08:00:00Z"}
}

scan(findings) := {"imageScanFindings": {"findings": findings}}

inspected(findings) := {"imageScanFindings": {"enhancedFindings": findings}}

test_both_kinds_of_findings_are_read_alike if {
	found := vulnerabilities.counted(scan([basic("CVE-1", "HIGH")]), params) with input as {}
	found == [{"id": "CVE-1", "severity": "HIGH", "packages": "openssl 3.0.1"}]
	told := vulnerabilities.counted(inspected([enhanced("CVE-2", "CRITICAL")]), params) with input as {}
	told == [{"id": "CVE-2", "severity": "CRITICAL", "packages": "curl, zlib 1.3"}]
}

test_the_gravest_finding_is_the_first if {
	findings := [basic("CVE-3", "HIGH"), basic("CVE-1", "HIGH"), basic("CVE-2", "CRITICAL"), basic("CVE-0", "LOW")]
	ids(scan(findings), {}) == ["CVE-2", "CVE-1", "CVE-3"]
}

test_a_severity_that_nobody_knows_counts_and_one_that_nobody_has_rated_does_not if {
	findings := [basic("CVE-1", "CATASTROPHIC"), basic("CVE-2", "UNDEFINED"), {"name": "CVE-3"}]
	ids(scan(findings), {}) == ["CVE-1", "CVE-3"]
	every lowest in ["UNTRIAGED", "ANY"] {
		count(ids(scan(findings), {"min_severity": lowest})) == 3
	}
}

test_what_was_suppressed_closed_or_ignored_does_not_count if {
	every status in ["SUPPRESSED", "CLOSED"] {
		ids(inspected([object.union(enhanced("CVE-1", "HIGH"), {"status": status})]), {}) == []
	}
	ids(inspected([object.union(enhanced("CVE-1", "HIGH"), {"status": "OF_TOMORROW"})]), {}) == ["CVE-1"]
	ids(scan([basic("CVE-1", "HIGH")]), {"ignored": ["CVE-1"]}) == []
}

test_a_finding_that_is_known_to_have_no_fix_can_be_left_out if {
	fixes := [object.union(enhanced(sprintf("CVE-%s", [fix]), "HIGH"), {"fixAvailable": fix}) |
		some fix in ["YES", "NO", "PARTIAL"]
	]
	ids(inspected(fixes), {"fix_available_only": true}) == ["CVE-PARTIAL", "CVE-YES"]
	ids(scan([basic("CVE-1", "HIGH")]), {"fix_available_only": true}) == ["CVE-1"]
}

test_young_findings_can_be_left_out if {
	# 3.9 days before the document was taken.
	ids(inspected([enhanced("CVE-1", "HIGH")]), {"min_age_days": 3}) == ["CVE-1"]
	ids(inspected([enhanced("CVE-1", "HIGH")]), {"min_age_days": 4}) == []
	today := {"imageScanFindings": {"imageScanCompletedAt": 1795334000, "findings": [basic("CVE-1", "HIGH")]}}
	ids(today, {"min_age_days": 1}) == ["CVE-1"]
}

test_all_metrics_stand_in_one_vector if {
	ids(inspected([enhanced("CVE-1", "HIGH")]), {"cvss_metrics": ["AV:N"]}) == ["CVE-1"]
	ids(inspected([enhanced("CVE-1", "HIGH")]), {"cvss_metrics": ["AV:L", "A:L"]}) == ["CVE-1"]
	ids(inspected([enhanced("CVE-1", "HIGH")]), {"cvss_metrics": ["AC:L"]}) == []
	ids(scan([basic("CVE-1", "HIGH")]), {"cvss_metrics": ["AV:N", "AC:L"]}) == ["CVE-1"]
	ids(scan([{"name": "CVE-1", "severity": "HIGH"}]), {"cvss_metrics": ["AV:N"]}) == ["CVE-1"]
}

test_a_scan_without_findings_has_none if {
	ids({}, {}) == []
	ids(scan([]), {}) == []
}

test_in_words_names_the_gravest if {
	found := {"id": "CVE-1", "severity": "HIGH", "packages": "curl 8.1"}
	vulnerabilities.in_words([found], "of severity HIGH or higher") == concat(" ", [
		"has 1 vulnerability of severity HIGH or higher,",
		"the gravest CVE-1 (HIGH) in curl 8.1, expected none",
	])
	nowhere := object.union(found, {"packages": ""})
	vulnerabilities.in_words([nowhere, found], "of any severity") == concat(" ", [
		"has 2 vulnerabilities of any severity,",
		"the gravest CVE-1 (HIGH), expected none",
	])
	not vulnerabilities.in_words([], "of any severity")
}

test_evidence_holds_ten_findings_and_their_number if {
	findings := [{"id": sprintf("CVE-%d", [number])} | some number in numbers.range(1, 12)]
	found := vulnerabilities.evidence(findings)
	count(found.value) == 10
	found.count == 12
}
