# METADATA
# title: Rules on who signed images
# description: |
#   The rules that parameters such as `unverified_image.rules` hold: which images a rule covers, which attestors must have
#   verified them, how many of these, and what is to be done. What an attestor cannot tell is neither a yes nor a no: a
#   rule is violated when it is so whatever the unknown answers would be, and kept when it is kept whatever they would
#   be. A rule with a mistake is not judged, and leaves every image undecided.
package lib.signature_rules

import rego.v1

import data.lib.image_rules
import data.lib.wording

# The rules that can be judged, each with its name and how many attestors it takes. `further` are the parameters that
# rules have beside those of all.
usable(rules, further) := [entry |
	some index, rule in rules
	count(_mistakes(rule, rules, further)) == 0
	entry := {"rule": rule, "name": _name(rule, index), "needed": _needed(rule)}
]

# Why nobody can tell whether images keep the rules of a parameter. Undefined while each of them can be judged.
undecided(parameter, rules, further) := sprintf("the parameter %s cannot be judged: %s", [
	parameter,
	wording.few(mistakes),
]) if {
	mistakes := {sprintf("in %s %s", [_name(rule, index), mistake]) |
		some index, rule in rules
		some mistake in _mistakes(rule, rules, further)
	}
	count(mistakes) > 0
}

_name(rule, index) := sprintf("rule %q", [rule.id]) if {
	is_string(rule.id)
} else := sprintf("rule %d", [index + 1])

_needed(rule) := 1 if {
	rule.require == "any"
} else := count(rule.attestors) if {
	rule.require == "all"
} else := rule.require

# The images in use that a rule covers: those that meet each condition of `match` and none of `exclude`. What is no image
# reference is covered by every rule. Conditions are on names, of which there are fewer than of images.
covered(rule) := {key: image |
	names := _covered_names(rule)
	some key, image in input.images
	object.get(image, "repository", "") in names[object.get(image, "registry", "")]
}

_covered_names(rule) := {registry: repositories |
	some registry, named in _names
	repositories := {repository |
		some repository in named
		_covers(rule, {"registry": registry, "repository": repository})
	}
}

# The names of the images in use, by registry.
_names := {registry: repositories |
	some registry in {object.get(image, "registry", "") | some image in input.images}
	repositories := {object.get(image, "repository", "") |
		some image in input.images
		object.get(image, "registry", "") == registry
	}
}

_covers(rule, name) if {
	every condition in object.get(rule, "match", []) {
		_meets(name, condition)
	}
	every condition in object.get(rule, "exclude", []) {
		not _meets(name, condition)
	}
}

_covers(_, name) if name.repository == ""

# True when a name meets a condition with one of its values. Hosts are compared in lower case.
_meets(name, condition) if {
	condition.part == "repository"
	_holds(condition.operator, name.repository, condition.values)
}

_meets(name, condition) if {
	condition.part == "registry"
	_holds(condition.operator, name.registry, [lower(value) | some value in condition.values])
}

_holds("endsWith", text, values) if {
	some value in values
	endswith(text, value)
}

_holds(operator, text, values) if {
	operator != "endsWith"
	image_rules.holds(operator, {text}, values)
}

# What the answers of attestors, by name, come to for a rule: "kept", "violated", or "unknown".
state(entry, answers) := "kept" if {
	count(_answered(entry, answers, {"verified"})) >= entry.needed
} else := "violated" if {
	refused := _answered(entry, answers, {"no_signature", "not_verified"})
	count(entry.rule.attestors) - count(refused) < entry.needed
} else := "unknown"

_answered(entry, answers, wanted) := {name |
	some name in entry.rule.attestors
	answers[name].answer in wanted
}

# A violation of a rule by the image with this key. `what` says what has to be verified: in a `text` about an image, as
# what is the image's own (`it`), what attestors that find none do not find (`found`), and where to look (`evidence`).
violation(key, entry, answers, what) := {
	"resource": key,
	"message": sprintf("%s is verified by %d of %d attestors, expected %s: %s (%s, action %s)", [
		sprintf(what.text, [_short(key)]),
		count(verified),
		count(entry.rule.attestors),
		_expected(entry),
		wording.few(clauses),
		entry.name,
		entry.rule.action,
	]),
	"evidence": object.union(what.evidence, {
		"value": value,
		"action": entry.rule.action,
		"rule": entry.rule,
		"digest": object.get(image, "digest", null),
		"digest_source": object.get(image, "digest_source", null),
		"users": users,
	}),
} if {
	image := input.images[key]
	verified := _answered(entry, answers, {"verified"})
	clauses := {_clause(name, object.get(answers, name, {}), what) |
		some name in entry.rule.attestors
		not name in verified
	}
	value := {name: _evidence(object.get(answers, name, {})) | some name in entry.rule.attestors}
	users := {kind: count(arns) | some kind, arns in object.get(image, "users", {})}
}

# Why nobody can tell whether the image with this key keeps a rule.
unknown(key, entry, answers, what) := {
	"resource": key,
	"reason": sprintf("%s expects %s of %d attestors to verify %s: %s", [
		entry.name,
		_expected(entry),
		count(entry.rule.attestors),
		what.it,
		wording.few(clauses),
	]),
} if {
	told := _answered(entry, answers, {"no_signature", "not_verified", "verified"})
	clauses := {_clause(name, object.get(answers, name, {}), what) |
		some name in entry.rule.attestors
		not name in told
	}
}

# A key without most of its digest.
_short(key) := sprintf("%q", [substring(key, 0, indexof(key, "@sha256:") + 20)]) if {
	contains(key, "@sha256:")
} else := sprintf("%q", [key])

_expected(entry) := "all" if {
	entry.needed > 1
	entry.needed == count(entry.rule.attestors)
} else := sprintf("at least %d", [entry.needed])

_clause(name, examined, what) := sprintf("%q found no %s", [name, what.found]) if {
	examined.answer == "no_signature"
} else := sprintf("%q refused what it found: %s", [name, _cut(reason)]) if {
	examined.answer == "not_verified"
	reason := examined.refused[0].reason
} else := sprintf("%q verified nothing", [name]) if {
	examined.answer == "not_verified"
} else := sprintf("%q cannot tell: %s", [name, _cut(reason)]) if {
	reason := examined.reason.reason
} else := sprintf("%q cannot tell", [name]) if {
	examined.answer
} else := sprintf("%q was not asked: no attestors file names it", [name])

# The answer with the first reasons for it.
_evidence(examined) := {
	"answer": examined.answer,
	"reason": {"code": examined.reason.code, "reason": _cut(examined.reason.reason)},
} if {
	examined.reason
} else := {"answer": examined.answer, "refused": refused} if {
	count(examined.refused) > 0
	refused := [{"manifest": each.manifest, "code": each.code, "reason": _cut(each.reason)} |
		some each in array.slice(examined.refused, 0, 3)
	]
} else := {"answer": object.get(examined, "answer", null)}

# The beginning of a reason, whose length others decide.
_cut(reason) := reason if {
	count(reason) <= 200
} else := sprintf("%s…", [substring(reason, 0, 199)])

# The operators of conditions, in the words of `image_rules`.
_operators := {"contains", "endsWith", "equals", "startsWith"}

# The parts of an image that conditions are about, with the characters that these cannot have.
_parts := {"registry": {"/", "@"}, "repository": {":", "@"}}

# What is wrong with a rule, as clauses.
_mistakes(rule, _, _) := {sprintf("it is %s, expected an object", [json.marshal(rule)])} if not is_object(rule)

_mistakes(rule, rules, further) := union({
	_of_action(rule),
	_of_id(rule, rules),
	_of_attestors(rule),
	_of_require(rule),
	_of_conditions(rule, "match"),
	_of_conditions(rule, "exclude"),
	{mistake | some name in further; some mistake in _of_texts(rule, name)},
	{sprintf("it has a parameter %q that there is not", [name]) |
		some name, _ in rule
		not name in ({"action", "attestors", "exclude", "id", "match", "require"} | further)
	},
}) if {
	is_object(rule)
}

_of_action(rule) := {sprintf("its action is %s, expected block or log", [json.marshal(action)]) |
	action := object.get(rule, "action", null)
	not action in {"block", "log"}
}

# A rule that is told apart by its id has one that is its own.
_of_id(rule, rules) := {sprintf("its id is %s, expected a text of its own", [json.marshal(id)]) |
	id := rule.id
	not _is_own(id, rules)
}

_is_own(id, rules) if {
	is_string(id)
	id != ""
	same := [rule |
		some rule in rules
		rule.id == id
	]
	count(same) == 1
}

_of_attestors(rule) := _of_texts(rule, "attestors")

_of_texts(rule, name) := {sprintf("its %s are %s, expected a list of texts that are not the same", [
	name,
	json.marshal(value),
]) |
	value := object.get(rule, name, null)
	not _are_texts(value)
}

_are_texts(value) if {
	is_array(value)
	count(value) > 0
	count({text | some text in value}) == count(value)
	every text in value {
		is_string(text)
		text != ""
	}
}

_of_require(rule) := {sprintf("its require is %s, expected any, all or a number from 1 to that of its attestors", [
	json.marshal(wanted),
]) |
	wanted := object.get(rule, "require", null)
	not _is_possible(wanted, object.get(rule, "attestors", null))
}

_is_possible(wanted, _) if wanted in {"all", "any"}

_is_possible(wanted, attestors) if {
	is_number(wanted)
	is_array(attestors)
	wanted == floor(wanted)
	wanted >= 1
	wanted <= count(attestors)
}

_of_conditions(rule, name) := {sprintf("its %s is %s, expected a list of conditions", [name, json.marshal(value)]) |
	value := object.get(rule, name, [])
	not is_array(value)
} | {sprintf("its %s has %s, expected a part (%s), an operator (%s) and values that such a part can have", [
	name,
	json.marshal(condition),
	concat(" or ", sort(object.keys(_parts))),
	concat(", ", sort(_operators)),
]) |
	conditions := object.get(rule, name, [])
	is_array(conditions)
	some condition in conditions
	not _is_condition(condition)
}

_is_condition(condition) if {
	is_object(condition)
	object.keys(condition) == {"operator", "part", "values"}
	condition.operator in _operators
	impossible := _parts[condition.part]
	_are_texts(condition.values)
	every value in condition.values {
		every character in impossible {
			not contains(value, character)
		}
	}
}
