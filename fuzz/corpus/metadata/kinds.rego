# METADATA
# title: [1]
# description: 1.5
# related_resources: x
# custom:
#   id: true
#   severity: null
#   resources: {}
#   parameters: [1, a.b, "", ~]
#   enabled: yes
#   aliases: {a: b}
#   deprecated: 0x1F
#   remediation: 2026-11-22
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
