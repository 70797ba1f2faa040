# METADATA
#	title: T
# 	description: D
# custom:
# 	id: A1
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
