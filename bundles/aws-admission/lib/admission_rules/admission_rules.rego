# METADATA
# title: Rules of admission
# description: |
#   The rules of the parameter `admission.rules`, in the vocabulary of Trend Vision One Container Security: each names a
#   kind of rule, an action, and the kind's own parameters, and a kind may occur as often as it is wanted. A rule with a
#   mistake is not judged. So that it does not pass for one that is kept, AD00 says what is wrong with it, and the
#   control of its kind passes nothing.
package lib.admission_rules

import rego.v1

import data.lib.capabilities
import data.lib.image_rules

# The rules of a kind that can be judged.
of(kind) := [rule |
	some rule in data.params.admission.rules
	is_object(rule)
	rule.rule == kind
	count(mistakes(rule)) == 0
]

# Why a control of this kind passes nothing: there is no rule of it, or not every one can be judged.
not_judged(kind) := sprintf("the parameter admission.rules has no rule %s", [kind]) if {
	count(_named(kind)) == 0
} else := sprintf("a rule %s of the parameter admission.rules is wrong, as AD00 says", [kind]) if {
	some rule in _named(kind)
	count(mistakes(rule)) > 0
}

_named(kind) := [rule |
	some rule in data.params.admission.rules
	is_object(rule)
	rule.rule == kind
]

# A violation of a rule, which carries what the rule is and what it asks to be done.
violation(resource, rule, message, evidence) := {
	"resource": resource,
	"message": sprintf("%s (rule %s, action %s)", [message, _name(rule), rule.action]),
	"evidence": object.union(evidence, {"action": rule.action, "rule": rule}),
}

_name(rule) := sprintf("%s %q", [rule.rule, rule.id]) if {
	is_string(rule.id)
} else := rule.rule

# What is wrong with a rule, as clauses: nothing, or why it cannot be judged.
mistakes(rule) := {sprintf("it is %s, expected an object", [json.marshal(rule)])} if {
	not is_object(rule)
} else := {"it names no kind, expected `rule`"} if {
	not is_string(object.get(rule, "rule", null))
} else := {sprintf("%s %s", [rule.rule, reason])} if {
	reason := _impossible[rule.rule]
} else := {sprintf("there is no rule %q, expected one of %s", [rule.rule, concat(", ", sort(kinds))])} if {
	not _kinds[rule.rule]
} else := union({_of_action(rule), _of_id(rule), _of_parameters(rule)})

_of_action(rule) := {sprintf("its action is %s, expected block or log", [json.marshal(action)]) |
	action := object.get(rule, "action", null)
	not action in {"block", "log"}
}

# A rule that is told apart by its id has one that is its own.
_of_id(rule) := {sprintf("its id is %s, expected a text of its own", [json.marshal(id)]) |
	id := rule.id
	not _is_own(id)
}

_is_own(id) if {
	is_string(id)
	id != ""
	same := [rule |
		some rule in data.params.admission.rules
		is_object(rule)
		rule.id == id
	]
	count(same) == 1
}

_of_parameters(rule) := _wrong(rule, _kinds[rule.rule]) | _unknown(rule, object.keys(_kinds[rule.rule]))

_wrong(rule, parameters) := {mistake |
	some name, wanted in parameters
	value := object.get(rule, name, null)
	not _is_right(value, wanted)
	mistake := sprintf("its parameter %s is %s, expected %s", [name, json.marshal(value), _expected(wanted)])
}

_unknown(rule, names) := {sprintf("it has a parameter %q that rules %s do not have", [name, rule.rule]) |
	some name, _ in rule
	not name in ({"action", "id", "rule"} | names)
}

# The names of the kinds that can be judged.
kinds := object.keys(_kinds)

# The kinds, and what their parameters may be: one of some texts, a list of texts without some character, or a number of
# days.
_kinds := {
	"allowPrivilegeEscalation": {},
	"containerCapabilities": {"capabilityRestriction": {"one_of": object.keys(capabilities.profiles)}},
	"hostIPC": {},
	"hostNetwork": {},
	"hostPID": {},
	"imageName": {"operator": _operator, "values": {"without": [":", "@"]}},
	"imagePath": {"operator": _operator, "values": {"without": []}},
	"imageRegistry": {"operator": _operator, "values": {"without": ["/", "@"]}},
	"imageTag": {"operator": _operator, "values": {"without": ["/", ":", "@"]}},
	"imagesNotScanned": {"scanType": {"one_of": {"vulnerability"}}, "maxScanAge": {"days": 30}},
	"imagesWithCVSSAttackComplexity": {"attackComplexity": {"one_of": {"high", "low"}}, "severity": _severity},
	"imagesWithCVSSAttackVector": {
		"attackVector": {"one_of": {"adjacent", "network", "physical"}},
		"severity": _severity,
	},
	"imagesWithCVSSAvailabilityImpact": {"availabilityImpact": {"one_of": {"high", "low"}}, "severity": _severity},
	"imagesWithVulnerabilities": {"severity": _severity},
	"privileged": {},
	"readOnlyRootFilesystem": {},
	"runAsNonRoot": {},
}

_operator := {"one_of": image_rules.operators}

_severity := {"one_of": {"any", "critical", "high", "low", "medium"}}

# The kinds that Trend has and that cannot be judged here.
_impossible := {
	"imagesWithMalware": "cannot be judged, because ECR and Amazon Inspector do not look for malware in images",
	"imagesWithSecrets": "cannot be judged, because ECR and Amazon Inspector do not look for secrets in images",
	"podExec": "is for Kubernetes; SV07 and TK03 judge ECS Exec",
	"podPortForward": "is for Kubernetes, and ECS forwards no ports",
	"verifyImages": "is judged by SG01 of aws-baseline, with the parameter unverified_image.rules",
}

_is_right(value, wanted) if value in wanted.one_of

_is_right(value, wanted) if {
	is_array(value)
	count(value) > 0
	every text in value {
		_is_text(text, wanted.without)
	}
}

_is_right(value, wanted) if {
	is_number(value)
	value == floor(value)
	value >= 0
	value <= wanted.days
}

_is_text(text, without) if {
	is_string(text)
	text != ""
	every character in without {
		not contains(text, character)
	}
}

_expected(wanted) := concat(" or ", sort(wanted.one_of)) if {
	wanted.one_of
} else := sprintf("a whole number from 0 to %d", [wanted.days]) if {
	wanted.days
} else := "a list of texts" if {
	count(wanted.without) == 0
} else := sprintf("a list of texts without %s", [concat(" or ", [sprintf("%q", [character]) |
	some character in wanted.without
])])
