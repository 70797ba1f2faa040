package tidewaiter.controls.fuzzed.it
x := `
# METADATA
# title: x
`
y := "# METADATA"
