# METADATA
# %YAML 1.2
# %TAG ! tag:x,2000:
# ---
# title: !t T
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
