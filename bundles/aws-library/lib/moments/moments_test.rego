package lib.moments_test

import rego.v1

import data.lib.moments

taken_at := "2026-11-22T08:00:00Z"

test_days_are_counted_from_seconds_and_from_text if {
	moments.days_since(1795334400) == 0 with input.taken_at as taken_at
	moments.days_since(1795248000) == 1 with input.taken_at as taken_at
	moments.days_since("2026-11-12T08:00:00Z") == 10 with input.taken_at as taken_at
	moments.days_since("2026-11-12T09:00:00+01:00") == 10 with input.taken_at as taken_at
	moments.days_since("2026-11-21T20:00:00.000000Z") == 0.5 with input.taken_at as taken_at
}

test_what_is_no_moment_has_no_age if {
	every moment in ["yesterday", "", null, {"Ref": "Moment"}] {
		not moments.days_since(moment) with input.taken_at as taken_at
	}
}
