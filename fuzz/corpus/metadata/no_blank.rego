#METADATA
#title: T
#custom: 1
#description: [
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
