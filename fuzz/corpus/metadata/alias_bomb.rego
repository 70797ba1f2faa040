# METADATA
# title: &a [x,x,x,x,x,x,x,x,x]
# A: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
# B: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
# C: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
# D: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
# E: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]
# F: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]
# G: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]
# H: &i [*h,*h,*h,*h,*h,*h,*h,*h,*h]
package tidewaiter.controls.fuzzed.it
deny contains 1 if input.accounts
