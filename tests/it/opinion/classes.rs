//! Where the two evaluators are known to differ, which `docs/access.md` explains.
//!
//! A class is either a way to write a case for the other evaluator, so that it says what AWS's documentation says of the
//! case as it was; or something that a case has in it that the documentation leaves open.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidewaiter::access::{Key, reference};

use super::case::Case;

/// A difference that is read away: what a case says, in words that the other evaluator reads as AWS does.
pub(super) struct Reading {
    pub(super) name: &'static str,
    pub(super) rewrite: fn(&mut Case),
}

/// Something that leaves a request undecided here.
pub(super) struct Open {
    pub(super) name: &'static str,
    pub(super) is_in: fn(&Case) -> bool,
}

pub(super) const READINGS: [Reading; 11] = [
    Reading { name: "a variable in a policy of version 2008-10-17", rewrite: old_version },
    Reading { name: "a date in seconds since 1970", rewrite: seconds },
    Reading { name: "a variable without value under a negated operator", rewrite: valueless_under_negation },
    Reading { name: "a variable without value in `NotResource`", rewrite: valueless_exception },
    Reading { name: "an ARN that its page forbids, in `Allow`", rewrite: forbidden },
    Reading { name: "an ARN with too few parts", rewrite: incomplete },
    Reading { name: "capitals in the service of an ARN", rewrite: capitals },
    Reading { name: "no ARN under a negated operator on ARNs", rewrite: no_arn },
    Reading { name: "an address that is not a range", rewrite: single_address },
    Reading { name: "`0.0.0.0/0`", rewrite: every_address },
    Reading { name: "a tag on an action that does not support it", rewrite: unsupported_tags },
];

pub(super) const OPENS: [Open; 7] = [
    Open { name: "`ForAllValues:` with a negated operator, key missing", is_in: all_of_nothing },
    Open { name: "`ForAnyValue:…IfExists`, key missing", is_in: any_if_exists },
    Open { name: "an operator for single values on a key with several", is_in: several },
    Open { name: "a value that is not of its operator's kind", is_in: another_kind },
    Open { name: "a variable whose value is an empty text", is_in: empty_variable },
    Open { name: "a key that the reference does not have", is_in: nobodys_key },
    Open { name: "an ARN that its page forbids, in `Deny` or `NotResource`", is_in: forbidden_in_denial },
];

type Carried = BTreeMap<String, Vec<String>>;

/// An operator's name, taken apart.
struct Operator<'a> {
    quantifier: &'a str,
    base: &'a str,
    if_exists: bool,
}

impl<'a> Operator<'a> {
    fn of(name: &'a str) -> Self {
        let (quantifier, base) = name.split_once(':').unwrap_or(("", name));
        let (base, if_exists) = base.strip_suffix("IfExists").map_or((base, false), |base| (base, true));
        Self { quantifier, base, if_exists }
    }

    fn is_negated(&self) -> bool {
        self.base.contains("Not")
    }
}

/// What becomes of a condition.
enum Fate {
    Stays,
    Holds,
}

fn texts(values: &Value) -> Vec<Value> {
    values.as_array().cloned().unwrap_or_else(|| vec![values.clone()])
}

/// Gives every condition another form; one without values is taken out, since it holds.
fn conditions(case: &mut Case, rewrite: impl Fn(&Operator<'_>, Option<&[String]>, &mut Vec<Value>) -> Fate) {
    let carried = case.carried.clone();
    for statement in case.statements() {
        let Some(condition) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { continue };
        for (name, keys) in condition.iter_mut() {
            let operator = Operator::of(name);
            keys.as_object_mut().unwrap().retain(|key, values| {
                let mut left = texts(values);
                let fate = rewrite(&operator, carried.get(key).map(Vec::as_slice), &mut left);
                *values = Value::Array(left);
                matches!(fate, Fate::Stays)
            });
        }
        condition.retain(|_, keys| keys.as_object().is_some_and(|keys| !keys.is_empty()));
        if condition.is_empty() {
            statement.as_object_mut().unwrap().remove("Condition");
        }
    }
}

/// Whether some condition is such a one.
fn has_condition(case: &Case, is_such: impl Fn(&Operator<'_>, &str, &[Value]) -> bool) -> bool {
    let mut case = case.clone();
    case.statements().any(|statement| {
        let condition = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
        let mut clauses = condition.flat_map(|(name, keys)| {
            keys.as_object()
                .unwrap()
                .iter()
                .map(move |(key, values)| (Operator::of(name), key, texts(values)))
        });
        clauses.any(|(operator, key, values)| is_such(&operator, key, &values))
    })
}

/// Gives every text of `Resource` or `NotResource` another form, or several.
fn resources(case: &mut Case, element: &str, rewrite: impl Fn(&str, &Value) -> Vec<String>) {
    for statement in case.statements() {
        let Some(written) = statement.get(element).map(texts) else { continue };
        let written =
            written.iter().flat_map(|text| rewrite(text.as_str().unwrap(), statement)).collect::<Vec<_>>();
        if written.is_empty() {
            // Nothing is excepted, or nothing is meant.
            statement.as_object_mut().unwrap().remove(element);
            statement["Resource"] = json!(if element == "NotResource" { "*" } else { NOWHERE });
        } else {
            statement[element] = json!(written);
        }
    }
}

/// A resource that no request of any case names.
const NOWHERE: &str = "arn:aws:ecs:eu-west-1:111122223333:cluster/nowhere";

/// Whether a text has a variable that a request has no value for.
fn is_valueless(text: &str, carried: &Carried) -> bool {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let mut names = names.filter(|name| !["*", "?", "$"].contains(name) && !name.contains(','));
    names.any(|name| !carried.contains_key(name))
}

fn old_version(case: &mut Case) {
    for document in case.documents().filter(|document| document["Version"] == "2008-10-17") {
        *document = serde_json::from_str(&document.to_string().replace("${", "${$}{")).unwrap();
    }
}

fn seconds(case: &mut Case) {
    conditions(case, |operator, _, values| {
        for value in values.iter_mut().filter(|_| operator.base.starts_with("Date")) {
            if let Some(seconds) = value.as_str().and_then(|text| text.parse().ok()) {
                *value = json!(jiff::Timestamp::from_second(seconds).unwrap().to_string());
            }
        }
        Fate::Stays
    });
}

fn valueless_under_negation(case: &mut Case) {
    let carried = case.carried.clone();
    conditions(case, |operator, found, values| {
        if operator.is_negated() && found.is_some() {
            values.retain(|value| !value.as_str().is_some_and(|text| is_valueless(text, &carried)));
        }
        if values.is_empty() { Fate::Holds } else { Fate::Stays }
    });
}

fn valueless_exception(case: &mut Case) {
    let carried = case.carried.clone();
    resources(case, "NotResource", |text, _| {
        if is_valueless(text, &carried) { Vec::new() } else { vec![text.to_owned()] }
    });
}

fn incomplete(case: &mut Case) {
    for element in ["Resource", "NotResource"] {
        resources(case, element, |text, _| {
            let missing = 5_usize.saturating_sub(text.matches(':').count());
            let is_arn = text.starts_with("arn:") && !text.contains("${");
            vec![format!("{text}{}", ":*".repeat(if is_arn { missing } else { 0 }))]
        });
    }
}

fn capitals(case: &mut Case) {
    for element in ["Resource", "NotResource"] {
        resources(case, element, |text, _| {
            let has_capitals = text.split(':').nth(2).is_some_and(|part| part.contains(char::is_uppercase));
            vec![if has_capitals { NOWHERE.to_owned() } else { text.to_owned() }]
        });
    }
}

/// Whether AWS's pages forbid what an ARN has: a wildcard in the type of the resource, a variable before the last part, or a
/// wildcard that would have to stand for several parts.
fn is_forbidden(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("arn:") else { return false };
    let early = rest.split_once("${").map(|(before, _)| before.matches(':').count() < 4);
    let parts = rest.splitn(5, ':').collect::<Vec<_>>();
    let is_short = parts.len() < 5 && text.trim_end_matches('*').contains('*');
    let of_type =
        parts.get(4).filter(|part| **part != "*").map(|part| part.split(['/', ':']).next().unwrap());
    early == Some(true) || is_short || of_type.is_some_and(|part| part.contains('*'))
}

fn forbidden(case: &mut Case) {
    let (carried, named) = (case.carried.clone(), case.resources.clone());
    resources(case, "Resource", |text, statement| {
        if !is_forbidden(text) || statement["Effect"] == "Deny" {
            return vec![text.to_owned()];
        }
        let region = carried.get("aws:RequestedRegion").map_or("", |values| values[0].as_str());
        let text = text.replace("${aws:RequestedRegion}", region);
        let pattern =
            globset::GlobBuilder::new(&text).literal_separator(false).build().unwrap().compile_matcher();
        let mut meant = named.iter().filter(|arn| pattern.is_match(arn)).cloned().collect::<Vec<_>>();
        meant.push(NOWHERE.to_owned());
        meant
    });
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.matches(':').count() >= 5
}

fn no_arn(case: &mut Case) {
    conditions(case, |operator, found, values| {
        if operator.base.starts_with("ArnNot") && found.is_some() {
            values.retain(|value| value.as_str().is_some_and(is_arn));
            if found.is_some_and(|found| found.iter().all(|text| !is_arn(text))) {
                return Fate::Holds;
            }
        }
        if values.is_empty() { Fate::Holds } else { Fate::Stays }
    });
}

fn single_address(case: &mut Case) {
    conditions(case, |operator, _, values| {
        for value in values.iter_mut().filter(|_| operator.base.ends_with("IpAddress")) {
            if let Some(address) = value.as_str().and_then(|text| text.parse::<std::net::IpAddr>().ok()) {
                *value = json!(format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 }));
            }
        }
        Fate::Stays
    });
}

fn every_address(case: &mut Case) {
    conditions(case, |_, _, values| {
        if let Some(at) = values.iter().position(|value| value == "0.0.0.0/0") {
            values.splice(at..=at, [json!("0.0.0.0/1"), json!("128.0.0.0/1")]);
        }
        Fate::Stays
    });
}

fn unsupported_tags(case: &mut Case) {
    let action = reference().action(&case.action).unwrap().1;
    case.carried.retain(|key, _| reference().key(action, key) != Key::Unsupported);
}

fn is_missing(case: &Case, key: &str) -> bool {
    let action = reference().action(&case.action).unwrap().1;
    !case.carried.contains_key(key) || !matches!(reference().key(action, key), Key::Supported(_))
}

fn all_of_nothing(case: &Case) -> bool {
    has_condition(case, |operator, key, _| {
        operator.quantifier == "ForAllValues" && operator.is_negated() && is_missing(case, key)
    })
}

fn any_if_exists(case: &Case) -> bool {
    has_condition(case, |operator, key, _| {
        operator.quantifier == "ForAnyValue" && operator.if_exists && is_missing(case, key)
    })
}

fn several(case: &Case) -> bool {
    let action = reference().action(&case.action).unwrap().1;
    has_condition(case, |operator, key, _| {
        let is_many = matches!(reference().key(action, key), Key::Supported(values) if values.are_many());
        operator.quantifier.is_empty() && operator.base != "Null" && is_many && !is_missing(case, key)
    })
}

fn another_kind(case: &Case) -> bool {
    has_condition(case, |operator, key, values| {
        let found = case.carried.get(key).into_iter().flatten().map(|text| json!(text));
        let mut compared = values.iter().cloned().chain(found);
        let is_text = |value: &Value, is: fn(&str) -> bool| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            is(&text)
        };
        match operator.base {
            base if base.starts_with("Numeric") => {
                compared.any(|value| !is_text(&value, |it| it.parse::<f64>().is_ok()))
            }
            base if base.starts_with("Date") => compared.any(|value| {
                !is_text(&value, |it| {
                    it.len() >= 10 && it.chars().all(|each| each.is_ascii_digit() || "-+:TZ".contains(each))
                })
            }),
            base if base.starts_with("Arn") => compared.any(|value| !is_text(&value, is_arn)),
            "BinaryEquals" => compared.any(|value| is_text(&value, |it| it.contains("${"))),
            "Bool" => compared.any(|value| {
                !is_text(&value, |it| ["true", "false"].contains(&it.to_ascii_lowercase().as_str()))
            }),
            "IpAddress" | "NotIpAddress" => compared.any(|value| {
                !is_text(&value, |it| it.split('/').next().unwrap().parse::<std::net::IpAddr>().is_ok())
            }),
            _ => false,
        }
    })
}

/// The only variable of any case that may be empty.
fn empty_variable(case: &Case) -> bool {
    let is_empty = case.carried.get("aws:PrincipalTag/team").is_some_and(|values| values[0].is_empty());
    let mut case = case.clone();
    is_empty && case.documents().any(|document| document.to_string().contains("${aws:PrincipalTag/team}"))
}

fn nobodys_key(case: &Case) -> bool {
    let action = reference().action(&case.action).unwrap().1;
    has_condition(case, |_, key, _| reference().key(action, key) == Key::Unknown)
}

fn forbidden_in_denial(case: &Case) -> bool {
    let mut case = case.clone();
    case.statements().any(|statement| {
        ["Resource", "NotResource"].iter().any(|element| {
            let is_inverse = *element == "NotResource" || statement["Effect"] == "Deny";
            is_inverse
                && statement.get(element).is_some_and(|written| {
                    texts(written).iter().any(|text| is_forbidden(text.as_str().unwrap()))
                })
        })
    })
}
