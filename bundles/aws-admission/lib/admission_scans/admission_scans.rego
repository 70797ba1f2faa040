# METADATA
# title: Scans as rules of admission see them
# description: |
#   What scans of images found that counts for a rule: the severities and the values of CVSS metrics of Trend Vision
#   One's rules, in the words of ECR's and Inspector's findings.
package lib.admission_scans

import rego.v1

import data.lib.vulnerabilities

# The findings of a scan of the rule's severity or a higher one, the gravest first.
grave(scan, rule) := vulnerabilities.counted(scan, _params(rule, []))

# Those of them that have one of some CVSS metrics, or no vector.
grave_with(scan, rule, metrics) := vulnerabilities.gravest_first({finding |
	some metric in metrics
	some finding in vulnerabilities.counted(scan, _params(rule, [metric]))
})

# What is to be said of an image with these findings, where `which` goes on after their severity. Undefined without any.
problem(findings, rule, which) := {
	"message": vulnerabilities.in_words(findings, concat("", [_severity(rule), which])),
	"evidence": vulnerabilities.evidence(findings),
}

_severity(rule) := "of any severity" if {
	rule.severity == "any"
} else := sprintf("of severity %s or higher", [upper(rule.severity)])

_params(rule, metrics) := {
	"min_severity": object.get({"any": "UNTRIAGED"}, rule.severity, upper(rule.severity)),
	"fix_available_only": false,
	"min_age_days": 0,
	"cvss_metrics": metrics,
	"ignored": [],
}
