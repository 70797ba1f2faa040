package lib.admission_rules_test

import rego.v1

import data.lib.admission_rules

mistakes(rule) := found if {
	found := admission_rules.mistakes(rule) with data.params.admission.rules as [rule]
}

tag(changes) := object.union(
	{"rule": "imageTag", "action": "log", "operator": "equals", "values": ["latest"]},
	changes,
)

test_no_mistake_in_any_kind_of_rule if {
	graded := {"action": "block", "severity": "any"}
	rules := [
		{"rule": "allowPrivilegeEscalation", "action": "log"},
		{"rule": "containerCapabilities", "action": "log", "capabilityRestriction": "restrict-all"},
		{"rule": "hostIPC", "action": "block"},
		{"rule": "hostNetwork", "action": "block", "id": "no-host-network"},
		{"rule": "hostPID", "action": "log"},
		tag({"rule": "imageName", "operator": "startsWith", "values": ["team/", "nginx"]}),
		tag({"rule": "imagePath", "operator": "contains", "values": ["quay.io/team/web:1@sha256:"]}),
		tag({"rule": "imageRegistry", "operator": "notEquals", "values": ["registry.example.com:5000"]}),
		tag({"operator": "notContains"}),
		{"rule": "imagesNotScanned", "action": "block", "scanType": "vulnerability", "maxScanAge": 0},
		object.union(graded, {"rule": "imagesWithCVSSAttackComplexity", "attackComplexity": "low"}),
		object.union(graded, {"rule": "imagesWithCVSSAttackVector", "attackVector": "physical"}),
		object.union(graded, {"rule": "imagesWithCVSSAvailabilityImpact", "availabilityImpact": "high"}),
		object.union(graded, {"rule": "imagesWithVulnerabilities", "severity": "critical"}),
		{"rule": "privileged", "action": "block"},
		{"rule": "readOnlyRootFilesystem", "action": "log"},
		{"rule": "runAsNonRoot", "action": "log"},
	]
	every rule in rules {
		mistakes(rule) == set()
	}
	{rule.rule | some rule in rules} == admission_rules.kinds
}

test_a_mistake_is_what_is_no_rule if {
	mistakes("privileged") == {`it is "privileged", expected an object`}
	every nameless in [{"action": "log"}, {"rule": 7, "action": "log"}, {"rule": null}] {
		mistakes(nameless) == {"it names no kind, expected `rule`"}
	}
}

test_a_mistake_is_a_kind_that_nobody_knows if {
	every kind in ["priviledged", "Privileged", ""] {
		some mistake in mistakes({"rule": kind, "action": "block"})
		startswith(mistake, sprintf("there is no rule %q, expected one of allowPrivilegeEscalation, ", [kind]))
	}
}

test_a_mistake_is_a_kind_that_cannot_be_judged if {
	every kind in ["imagesWithMalware", "imagesWithSecrets", "podExec", "podPortForward", "verifyImages"] {
		some mistake in mistakes({"rule": kind, "action": "block"})
		startswith(mistake, sprintf("%s ", [kind]))
	}
	scan := {"rule": "imagesNotScanned", "action": "block", "maxScanAge": 30}
	every kind in ["malware", "secret"] {
		mistakes(object.union(scan, {"scanType": kind})) == {sprintf(
			"its parameter scanType is %q, expected vulnerability",
			[kind],
		)}
	}
}

test_a_mistake_is_an_action_that_nobody_knows if {
	mistakes({"rule": "hostPID"}) == {"its action is null, expected block or log"}
	every action in ["deny", "Block", true, ["log"]] {
		count(mistakes({"rule": "hostPID", "action": action})) == 1
	}
}

test_a_mistake_is_an_id_that_another_rule_has if {
	rule := {"rule": "hostPID", "action": "log", "id": "host"}
	rules := [rule, {"rule": "hostIPC", "action": "log", "id": "host"}, "hostNetwork"]
	found := admission_rules.mistakes(rule) with data.params.admission.rules as rules
	found == {`its id is "host", expected a text of its own`}
	every id in ["", 7, null] {
		count(mistakes(object.union(rule, {"id": id}))) == 1
	}
}

test_a_mistake_is_a_parameter_that_is_missing_or_of_a_wrong_value if {
	mistakes({"rule": "containerCapabilities", "action": "log"}) == {concat(" ", [
		"its parameter capabilityRestriction is null,",
		"expected baseline or restrict-all or restrict-nondefaults or restricted",
	])}
	mistakes(tag({"operator": "endsWith"})) == {concat(" ", [
		`its parameter operator is "endsWith",`,
		"expected contains or equals or notContains or notEquals or startsWith",
	])}
	every age in [-1, 31, 1.5, "30", null] {
		found := mistakes({"rule": "imagesNotScanned", "action": "log", "scanType": "vulnerability", "maxScanAge": age})
		{substring(mistake, 0, 24) | some mistake in found} == {"its parameter maxScanAge"}
	}
	every severity in ["CRITICAL", "severe", null] {
		count(mistakes({"rule": "imagesWithVulnerabilities", "action": "log", "severity": severity})) == 1
	}
}

test_a_mistake_is_a_value_that_no_image_can_have if {
	mistakes(tag({"rule": "imageRegistry", "values": ["docker.io/team"]})) == {concat("", [
		`its parameter values is ["docker.io/team"], `,
		`expected a list of texts without "/" or "@"`,
	])}
	every values in ["latest", [], [""], [1.27], [null], ["v1", "web:v1"]] {
		count(mistakes(tag({"values": values}))) == 1
	}
	count(mistakes(tag({"rule": "imageName", "values": ["web:v1"]}))) == 1
	mistakes(tag({"rule": "imagePath", "values": 7})) == {"its parameter values is 7, expected a list of texts"}
}

test_a_mistake_is_a_parameter_that_the_kind_does_not_have if {
	found := mistakes(tag({"mitigation": "log", "operater": "equals"}))
	found == {
		`it has a parameter "mitigation" that rules imageTag do not have`,
		`it has a parameter "operater" that rules imageTag do not have`,
	}
}

test_rules_of_a_kind_are_those_that_can_be_judged if {
	right := {"rule": "hostPID", "action": "log"}
	rules := ["hostPID", right, {"rule": "hostPID"}, {"rule": "hostIPC", "action": "log"}]
	found := admission_rules.of("hostPID") with data.params.admission.rules as rules
	found == [right]
}

test_a_kind_is_judged_when_each_of_its_rules_can_be if {
	right := {"rule": "hostPID", "action": "log"}
	not admission_rules.not_judged("hostPID") with data.params.admission.rules as [right, "hostIPC"]
	wrong := admission_rules.not_judged("hostPID") with data.params.admission.rules as [right, {"rule": "hostPID"}]
	wrong == "a rule hostPID of the parameter admission.rules is wrong, as AD00 says"
	none := admission_rules.not_judged("hostIPC") with data.params.admission.rules as [right]
	none == "the parameter admission.rules has no rule hostIPC"
}

test_a_violation_names_its_rule_and_carries_the_action if {
	rule := {"rule": "hostPID", "action": "block", "id": "no-host"}
	admission_rules.violation("arn", rule, "pidMode is bad", {"path": "pidMode"}) == {
		"resource": "arn",
		"message": `pidMode is bad (rule hostPID "no-host", action block)`,
		"evidence": {"path": "pidMode", "action": "block", "rule": rule},
	}
}
