# METADATA
# title: Ensure T
# description: D
# custom:
#   id: 1A
#   severity: lowest
#   resources: ecs.task
#   remedy: {text: None.}
# colour: blue
# scope: rule
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
