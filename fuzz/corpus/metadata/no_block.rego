package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
