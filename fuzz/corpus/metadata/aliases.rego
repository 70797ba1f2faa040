# METADATA
# title: &t T
# description: *t
# custom: &c
#   <<: {id: A1}
#   severity: low
#   resources: accounts
#   remediation: {text: *t}
#   aliases: [*t, *t]
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
