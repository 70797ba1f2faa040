# METADATA
# title: T
# description: D
# custom:
#   id: A1
#   severity: low
#   resources: accounts
#   remediation: {text: None.}
# scope: subpackages

# METADATA
# title: T
# description: D
# custom:
#   id: A1
#   severity: low
#   resources: accounts
#   remediation: {text: None.}
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
# METADATA
# scope: document
deny contains 2
# METADATA
# scope: everywhere
deny contains 3
