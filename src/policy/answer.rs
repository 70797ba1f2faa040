//! A control's answer, taken from the engine's values and held to the contract.

use std::collections::BTreeMap;

use regorus::Value;

use crate::domain::Violation;

/// What a control said about its population.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answer {
    /// Violations by resource; each list sorted, without repetitions, and never empty.
    pub(super) denied: BTreeMap<String, Vec<Violation>>,
    /// Why a resource is not judged.
    pub(super) excluded: BTreeMap<String, String>,
    /// Why nobody can tell about a resource, sorted.
    pub(super) unknown: BTreeMap<String, Vec<String>>,
}

/// Reads what `deny`, `exclude` and `unknown` gave; `is_member` tells whether a key is one of the population's.
///
/// # Errors
///
/// What is against the contract, in words.
pub(super) fn read(
    deny: &Value,
    exclude: Option<&Value>,
    unknown: Option<&Value>,
    is_member: impl Fn(&str) -> bool,
) -> Result<Answer, String> {
    let mut answer = Answer::default();
    for item in items("deny", deny)? {
        let fields = Item::of("a violation", item, &["resource", "message", "evidence"])?;
        let resource = fields.resource(&is_member)?;
        let message = fields.text("message")?.to_owned();
        let evidence = match fields.get("evidence") {
            None | Some(Value::Null) => serde_json::Value::Null,
            Some(evidence @ Value::Object(_)) => serde_json::to_value(evidence)
                .map_err(|error| format!("evidence cannot be written as JSON: {error}"))?,
            Some(_) => return Err(format!("the evidence of a violation of `{resource}` is not an object")),
        };
        answer.denied.entry(resource.to_owned()).or_default().push(Violation { message, evidence });
    }
    for violations in answer.denied.values_mut() {
        violations
            .sort_by_cached_key(|violation| (violation.message.clone(), violation.evidence.to_string()));
        violations.dedup();
    }
    for (resource, reasons) in reasons("exclude", "an exclusion", exclude, &is_member)? {
        answer.excluded.insert(resource, reasons.join("; "));
    }
    answer.unknown = reasons("unknown", "an unknown", unknown, &is_member)?;
    Ok(answer)
}

/// The reasons that a rule gives for resources, sorted, without repetitions.
fn reasons(
    name: &str,
    what: &'static str,
    value: Option<&Value>,
    is_member: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut reasons = BTreeMap::<String, Vec<String>>::new();
    for item in value.map_or(Ok(Vec::new()), |value| items(name, value))? {
        let fields = Item::of(what, item, &["resource", "reason"])?;
        let resource = fields.resource(&is_member)?;
        reasons.entry(resource.to_owned()).or_default().push(fields.text("reason")?.to_owned());
    }
    for reasons in reasons.values_mut() {
        reasons.sort();
        reasons.dedup();
    }
    Ok(reasons)
}

/// The elements of a set; a rule that is undefined has none.
fn items<'a>(name: &str, value: &'a Value) -> Result<Vec<&'a Value>, String> {
    match value {
        Value::Undefined => Ok(Vec::new()),
        Value::Set(items) => Ok(items.iter().collect()),
        _ => Err(format!("`{name}` is not a set")),
    }
}

/// One element of `deny`, `exclude` or `unknown`.
struct Item<'a> {
    what: &'static str,
    fields: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Item<'a> {
    fn of(what: &'static str, value: &'a Value, known: &[&str]) -> Result<Self, String> {
        let Value::Object(object) = value else { return Err(format!("{what} is not an object")) };
        let mut fields = BTreeMap::new();
        for (key, value) in object.iter() {
            match key {
                Value::String(key) if known.contains(&&**key) => fields.insert(&**key, value),
                other => return Err(format!("{what} has the unknown key {other}")),
            };
        }
        Ok(Self { what, fields })
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key).copied()
    }

    fn text(&self, key: &str) -> Result<&'a str, String> {
        match self.get(key) {
            None => Err(format!("{} has no `{key}`", self.what)),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
            Some(_) => Err(format!("the `{key}` of {} is not a string, or is empty", self.what)),
        }
    }

    fn resource(&self, is_member: impl Fn(&str) -> bool) -> Result<&'a str, String> {
        let resource = self.text("resource")?;
        if is_member(resource) {
            Ok(resource)
        } else {
            Err(format!("{} names `{resource}`, which is not in the control's population", self.what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(deny: &str) -> Result<Answer, String> {
        // JSON has no sets; a set of the array's elements is what `contains` makes.
        let items = Value::from_json_str(deny).unwrap();
        let set = items.as_array().unwrap().iter().cloned().collect::<std::collections::BTreeSet<_>>();
        read(&Value::from(set), None, None, |key| key == "a")
    }

    #[test]
    fn violations_are_sorted_and_stand_once() {
        let answer = check(
            r#"[{"resource": "a", "message": "y"}, {"resource": "a", "message": "x", "evidence": {"b": 1}},
                {"resource": "a", "message": "y", "evidence": null}]"#,
        );
        let answer = answer.unwrap();
        let messages =
            answer.denied["a"].iter().map(|violation| violation.message.as_str()).collect::<Vec<_>>();
        assert_eq!(messages, ["x", "y"]);
    }

    #[test]
    fn what_is_against_the_contract_is_named() {
        for (deny, expected) in [
            (r#"["a"]"#, "a violation is not an object"),
            (r#"[{"message": "x"}]"#, "a violation has no `resource`"),
            (r#"[{"resource": "a"}]"#, "a violation has no `message`"),
            (
                r#"[{"resource": "a", "message": ""}]"#,
                "the `message` of a violation is not a string, or is empty",
            ),
            (
                r#"[{"resource": 1, "message": "x"}]"#,
                "the `resource` of a violation is not a string, or is empty",
            ),
            (
                r#"[{"resource": "b", "message": "x"}]"#,
                "a violation names `b`, which is not in the control's population",
            ),
            (
                r#"[{"resource": "a", "message": "x", "evidence": 1}]"#,
                "the evidence of a violation of `a` is not an object",
            ),
            (r#"[{"resource": "a", "message": "x", "msg": 1}]"#, "a violation has the unknown key \"msg\""),
        ] {
            assert_eq!(check(deny).unwrap_err(), expected);
        }
        assert_eq!(read(&Value::from(true), None, None, |_| true).unwrap_err(), "`deny` is not a set");
    }

    #[test]
    fn an_undefined_rule_says_nothing() {
        assert_eq!(
            read(&Value::Undefined, Some(&Value::Undefined), Some(&Value::Undefined), |_| true),
            Ok(Answer::default())
        );
    }
}
