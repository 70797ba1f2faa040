package lib.values_test

import rego.v1

import data.lib.values

test_a_text_is_settled if {
	values.settled("DISABLED")
}

test_false_is_settled if {
	values.settled(false)
}

test_null_is_settled if {
	values.settled(null)
}

test_a_function_is_not_settled if {
	not values.settled({"Ref": "Mode"})
}
