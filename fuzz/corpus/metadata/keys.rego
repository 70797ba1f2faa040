# METADATA
# ? {a: b}
# : c
# 1: one
# true: yes
# ~: none
# [x]: y
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
