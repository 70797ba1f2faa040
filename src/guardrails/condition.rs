//! Conditions under which a request is refused.

use serde_json::{Map, Value, json};

use super::at;
use crate::access::Values;

/// The key by which IAM knows who asks.
const PRINCIPAL: &str = "aws:PrincipalArn";

/// What a parameter lists, as texts, or that it is empty.
pub(super) fn listed(params: &Value, path: &str) -> Result<Vec<String>, String> {
    let items = at(params, path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let texts = items.iter().filter_map(text).collect::<Vec<_>>();
    if texts.is_empty() { Err(format!("the parameter {path} is empty")) } else { Ok(texts) }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A value as IAM is told it, where `form` says how with `{}` for the value.
pub(super) fn formed(form: Option<&str>, text: &str) -> String {
    match form {
        // ARNs are patterns; what a parameter lists is a name.
        Some(form) => form.replace("{}", &literal(text).replace('*', "${*}").replace('?', "${?}")),
        None => literal(text),
    }
}

/// A text in which IAM finds no variable.
fn literal(text: &str) -> String {
    text.replace("${", "${$}{")
}

/// The operators that ask whether a value is one of some, and whether it is none of them.
fn operators(values: Values, wanted: &[String]) -> (&'static str, &'static str) {
    match values {
        Values::Bool => ("Bool", "Bool"),
        Values::Arn | Values::ArrayOfArn => ("ArnLike", "ArnNotLike"),
        Values::Numeric => ("NumericEquals", "NumericNotEquals"),
        // AWS writes some flags as text, and its documentation tests them as text and as truth values.
        _ if wanted.iter().all(|value| value == "true" || value == "false") => {
            ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
        }
        _ => ("StringEquals", "StringNotEquals"),
    }
}

/// `{operator: {key: values}}`, for any of the values that the request has where it may have many.
fn test(operator: &str, key: &str, values: Values, wanted: &[String]) -> Value {
    let quantified = if values.are_many() { format!("ForAnyValue:{operator}") } else { operator.to_owned() };
    let wanted = match wanted {
        [one] => json!(one),
        several => json!(several),
    };
    json!({ quantified: { key: wanted } })
}

/// The request says nothing of the key.
pub(super) fn absent(key: &str) -> Value {
    json!({ "Null": { key: "true" } })
}

/// The request has one of the values.
pub(super) fn one_of(key: &str, values: Values, refused: &[String]) -> Value {
    let refused = refused.iter().map(|text| literal(text)).collect::<Vec<_>>();
    test(operators(values, &refused).0, key, values, &refused)
}

/// The request has one of the values or, where that is refused too, says nothing of the key.
pub(super) fn has(key: &str, values: Values, refused: &[String], absent_too: bool) -> Vec<Value> {
    let present = one_of(key, values, refused);
    if absent_too { vec![present, absent(key)] } else { vec![present] }
}

/// The request has a value that is not allowed or, where that is refused too, says nothing of the key.
pub(super) fn outside(key: &str, values: Values, allowed: &[String], absent_too: bool) -> Vec<Value> {
    let other = test(operators(values, allowed).1, key, values, allowed);
    match (values.are_many(), absent_too) {
        // Of many values one is asked for that is not allowed, and where there are none there is none.
        (true, true) => vec![other, absent(key)],
        // A negated operator is true of an absent key.
        (true, false) | (false, true) => vec![other],
        (false, false) => vec![both(other, json!({ "Null": { key: "false" } }))],
    }
}

/// The request lacks one of the tags of the parameter `required_tags`.
pub(super) fn missing_tags(params: &Value) -> Vec<Value> {
    match listed(params, "required_tags.keys") {
        Ok(keys) => keys.iter().map(|tag| absent(&format!("aws:RequestTag/{tag}"))).collect(),
        // Without configured keys any tag will do.
        Err(_) => vec![absent("aws:TagKeys")],
    }
}

/// The request gives a tag another value than the parameter `required_tags` allows.
pub(super) fn other_values(params: &Value) -> Vec<Value> {
    let values = at(params, "required_tags.values").and_then(Value::as_object);
    let conditions = values.into_iter().flatten().map(|(tag, allowed)| {
        let allowed = allowed.as_array().into_iter().flatten().filter_map(text);
        let allowed = allowed.map(|text| literal(&text)).collect::<Vec<_>>();
        outside(&format!("aws:RequestTag/{tag}"), Values::String, &allowed, false)
    });
    conditions.flatten().collect()
}

/// Both of two conditions about other operators.
fn both(one: Value, other: Value) -> Value {
    let members = |value: Value| if let Value::Object(members) = value { members } else { Map::new() };
    Value::Object(members(one).into_iter().chain(members(other)).collect())
}

/// A condition that holds for nobody of `exempt`.
pub(super) fn exempting(condition: Value, exempt: &[String]) -> Value {
    if exempt.is_empty() {
        return condition;
    }
    let mut condition = condition;
    // The condition may ask an ARN of something else already.
    if let Some(members) = condition.as_object_mut() {
        let asked = members.entry("ArnNotLike").or_insert_with(|| json!({}));
        asked.as_object_mut().map(|keys| keys.insert(PRINCIPAL.to_owned(), json!(exempt)));
    }
    condition
}
