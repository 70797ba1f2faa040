# METADATA
# title: !!str 7
# description: !!binary SGVsbG8=
# custom: !!set {a, b}
# authors: !x
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
