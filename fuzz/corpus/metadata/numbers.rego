# METADATA
# title: 123456789012345678901234567890
# description: .inf
# authors: [1e999, -0, 0o17, 0b11, 1_000, .nan, 12:30:45]
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
