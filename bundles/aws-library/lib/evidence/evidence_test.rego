package lib.evidence_test

import rego.v1

import data.lib.evidence

covered(coverage) := {"ssm.parameters": coverage}

test_what_was_read_completely_was_looked_up if {
	evidence.looked_up("ssm.parameters", "a") with input.coverage as covered({"status": "complete", "gaps": []})
}

test_what_another_gap_hides_was_looked_up if {
	partial := {"status": "partial", "gaps": [{"ids": ["b"]}, {"ids": ["c", "d"]}]}
	evidence.looked_up("ssm.parameters", "a") with input.coverage as covered(partial)
	not evidence.looked_up("ssm.parameters", "c") with input.coverage as covered(partial)
}

test_what_a_gap_without_names_may_hide_was_not_looked_up if {
	partial := {"status": "partial", "gaps": [{"ids": ["b"]}, {"ids": []}]}
	not evidence.looked_up("ssm.parameters", "a") with input.coverage as covered(partial)
}

test_what_nobody_asked_for_was_not_looked_up if {
	every coverage in [{}, covered({"status": "skipped", "gaps": []}), covered({"status": "partial"})] {
		not evidence.looked_up("ssm.parameters", "a") with input.coverage as coverage
	}
}
