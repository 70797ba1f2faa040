# METADATA
# a: "\

package tidewaiter.controls.fuzzed.it
