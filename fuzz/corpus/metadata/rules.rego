# METADATA
# title: T
# description: D
# custom:
#   id: A1
#   severity: low
#   resources: accounts
#   remediation: {text: None.}
package tidewaiter.controls.fuzzed.it
import rego.v1
import data.lib.x as y
default p := 1
f(n, [m]) := n + m if n > 1 else := -2 if { not n == 2 }
deny contains {"resource": k, "message": sprintf("%v", [v]), "evidence": {}} if {
	some k, v in input.ecs.services
	some w
	every e in v { e == {1, 2} | {3} }
	z := {a: b | some a, b in p}
	count({c | c := z[_]}) == count([d | d = 1])
	p with input as {"h": 1}
}
r.s[t] := 1 if { t := 2 }
