# METADATA
# title: >-2
#     folded
#
#    more
# description: |+
#   kept
#

package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
