# METADATA
# title: "\x1b[31m\0 \u2028 🚀 ä"
# déscription: üüü [
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
