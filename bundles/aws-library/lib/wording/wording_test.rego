package lib.wording_test

import rego.v1

import data.lib.wording

test_a_few_are_all_named if {
	wording.few({"a"}) == "a"
	wording.few({"b", "a"}) == "a and b"
	wording.few({"c", "b", "a"}) == "a, b and c"
}

test_of_many_the_first_are_named if {
	wording.few({"e", "d", "c", "b", "a"}) == "a, b, c and 2 more"
}
