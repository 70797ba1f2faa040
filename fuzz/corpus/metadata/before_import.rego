package tidewaiter.controls.fuzzed.it
# METADATA
# title: T
# description: D
# custom:
#   id: A1
#   severity: low
#   resources: accounts
#   remediation: {text: None.}
import rego.v1
deny contains 1
