package lib.admission_scans_test

import rego.v1

import data.lib.admission_scans

finding(id, severity, vector) := {
	"name": id,
	"severity": severity,
	"attributes": [{"key": "CVSS2_VECTOR", "value": vector}],
}

scan := {"imageScanFindings": {"findings": [
	finding("CVE-1", "MEDIUM", "AV:N/AC:L/Au:N/C:N/I:N/A:P"),
	finding("CVE-2", "CRITICAL", "AV:L/AC:L/Au:N/C:N/I:N/A:C"),
	finding("CVE-3", "UNDEFINED", "AV:N/AC:H/Au:N/C:N/I:N/A:N"),
	{"name": "CVE-4", "severity": "HIGH"},
]}}

rule(severity) := {"rule": "imagesWithVulnerabilities", "action": "log", "severity": severity}

ids(findings) := [found.id | some found in findings]

test_findings_of_a_severity_or_a_higher_one_count if {
	ids(admission_scans.grave(scan, rule("critical"))) == ["CVE-2"]
	ids(admission_scans.grave(scan, rule("high"))) == ["CVE-2", "CVE-4"]
	ids(admission_scans.grave(scan, rule("medium"))) == ["CVE-2", "CVE-4", "CVE-1"]
	ids(admission_scans.grave(scan, rule("any"))) == ["CVE-2", "CVE-4", "CVE-1", "CVE-3"]
}

test_one_of_some_metrics_is_enough_and_a_finding_without_a_vector_has_them_all if {
	ids(admission_scans.grave_with(scan, rule("any"), ["A:P", "A:L"])) == ["CVE-4", "CVE-1"]
	ids(admission_scans.grave_with(scan, rule("high"), ["A:P", "A:C"])) == ["CVE-2", "CVE-4"]
	ids(admission_scans.grave_with(scan, rule("any"), ["AV:P"])) == ["CVE-4"]
}

test_a_problem_says_what_counts if {
	findings := admission_scans.grave(scan, rule("critical"))
	found := admission_scans.problem(findings, rule("critical"), " of the kind")
	found.message == concat(" ", [
		"has 1 vulnerability of severity CRITICAL or higher of the kind,",
		"the gravest CVE-2 (CRITICAL), expected none",
	])
	found.evidence.count == 1
	any_severity := admission_scans.problem(findings, rule("any"), "")
	startswith(any_severity.message, "has 1 vulnerability of any severity, ")
	not admission_scans.problem([], rule("any"), "")
}
