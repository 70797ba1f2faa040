//! The statements of IAM policies that would prevent what controls detect.
//!
//! They stand apart because they look the other way: parameters of bundles in, policies for AWS out, and no estate
//! between. Which call sets what is data (`guardrails.json`); which of these calls carries a condition key is the
//! [reference](crate::access::Reference)'s, so that a key that AWS adds to a call closes a gap without new code.
//!
//! **Invariant:** every statement is a `Deny` of a call that shows by its own request that it is refused. A call without
//! the key that would show it is named as open and denied by nothing.

mod condition;
mod document;
mod table;

use serde_json::{Value, json};

use crate::access::{Key, Reference, Values};
use crate::domain::{Control, ControlId};

pub use document::{Document, Kind, Statement, TooLarge, documents};
use table::{Refuse, Row, When};

/// What the guardrails for some parameters are.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrails {
    /// Each guardrail that there is, in a fixed order.
    pub rows: Vec<Guardrail>,
    /// Controls that no guardrail stands for: IAM has no condition key that carries what they look at.
    pub beyond: Vec<ControlId>,
}

/// One guardrail.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    /// What its statements' ids begin with.
    pub sid: &'static str,
    /// What it refuses, in a few words.
    pub refuses: &'static str,
    /// The controls that detect the same, and go on watching what calls it leaves open.
    pub controls: Vec<ControlId>,
    /// Its `Deny` statements; empty when it is not made.
    pub statements: Vec<Statement>,
    /// The calls that it refuses.
    pub refused: Vec<&'static str>,
    /// The calls that do the same and carry no condition key for it.
    pub open: Vec<&'static str>,
    /// Why it is not made.
    pub unmade: Option<String>,
    /// What else is to be known of it.
    pub note: Option<&'static str>,
}

impl Guardrails {
    /// Makes the guardrails of the controls that are judged, from the bundles' parameters.
    ///
    /// `exempt` are ARNs of principals, with `*` and `?` as IAM understands them, for whom nothing is refused.
    #[must_use]
    pub fn of<'a>(
        controls: impl IntoIterator<Item = &'a Control>,
        params: &Value,
        exempt: &[String],
        reference: &Reference,
    ) -> Self {
        let judged = controls.into_iter().map(|control| control.id.clone()).collect::<Vec<_>>();
        let rows = table::rows().iter().filter_map(|row| {
            let of_row = judged.iter().filter(|id| row.controls.iter().any(|it| *it == id.as_str()));
            let controls = of_row.cloned().collect::<Vec<_>>();
            (!controls.is_empty()).then(|| guardrail(row, controls, params, exempt, reference))
        });
        let rows = rows.collect::<Vec<_>>();
        let beyond = judged.into_iter().filter(|id| !rows.iter().any(|row| row.controls.contains(id)));
        Self { beyond: beyond.collect(), rows }
    }

    /// Every statement, in the order of the guardrails.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.rows.iter().flat_map(|row| &row.statements)
    }
}

fn guardrail(
    row: &'static Row,
    controls: Vec<ControlId>,
    params: &Value,
    exempt: &[String],
    reference: &Reference,
) -> Guardrail {
    let shows = |call: &str| match (reference.action(call), row.key.as_deref()) {
        (Some(_), None) => Some(Values::String),
        (Some((_, action)), Some(key)) => match reference.key(action, key) {
            Key::Supported(values) => Some(values),
            Key::Unsupported | Key::Unknown => None,
        },
        (None, _) => None,
    };
    let calls = || row.creates.iter().chain(&row.changes).map(String::as_str);
    let (refused, open) = calls().partition::<Vec<_>, _>(|call| shows(call).is_some());
    let values = refused.iter().find_map(|call| shows(call)).unwrap_or(Values::String);
    let mut made = Guardrail {
        sid: &row.sid,
        refuses: &row.refuses,
        controls,
        statements: Vec::new(),
        refused,
        open,
        unmade: None,
        note: row.note.as_deref(),
    };
    match conditions(row, params, values) {
        Ok(conditions) => {
            made.statements = statements(row, conditions, &made.refused, exempt);
        }
        Err(reason) => {
            made.unmade = Some(reason);
            made.refused.clear();
        }
    }
    made
}

/// When requests are refused: those that create, and those that change something.
struct Conditions {
    creating: Vec<Value>,
    changing: Vec<Value>,
}

fn conditions(row: &Row, params: &Value, values: Values) -> Result<Conditions, String> {
    if let Some(When { parameter, is, otherwise }) = &row.when
        && at(params, parameter) != Some(is)
    {
        return Err(otherwise.clone());
    }
    let twice =
        |condition: Value| Conditions { creating: vec![condition.clone()], changing: vec![condition] };
    let Some(key) = row.key.as_deref() else { return Ok(twice(json!({}))) };
    match &row.refuse {
        Refuse::Calls => Ok(twice(json!({}))),
        Refuse::MissingTags => {
            let changing = condition::other_values(params);
            let missing = condition::missing_tags(params).into_iter();
            Ok(Conditions { creating: missing.chain(changing.clone()).collect(), changing })
        }
        Refuse::Within(parameter) => {
            let listed = condition::listed(params, parameter)?;
            Ok(twice(condition::one_of(key, values, &listed)))
        }
        Refuse::Values(refused) => Ok(Conditions {
            creating: condition::has(key, values, refused, row.refuses_absent()),
            changing: vec![condition::one_of(key, values, refused)],
        }),
        Refuse::Outside { parameter, form, any } => {
            let listed = condition::listed(params, parameter);
            let allowed = match (listed, any) {
                (Ok(listed), _) => listed,
                // Without a list any value will do, and only its absence is refused.
                (Err(_), true) => {
                    return Ok(Conditions { creating: vec![condition::absent(key)], changing: Vec::new() });
                }
                (Err(reason), false) => return Err(reason),
            };
            let allowed =
                allowed.iter().map(|text| condition::formed(form.as_deref(), text)).collect::<Vec<_>>();
            Ok(Conditions {
                creating: condition::outside(key, values, &allowed, row.refuses_absent()),
                changing: condition::outside(key, values, &allowed, false),
            })
        }
    }
}

/// The value at a path of names.
fn at<'a>(params: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(params, |value, name| value.get(name))
}

fn statements(
    row: &'static Row,
    conditions: Conditions,
    refused: &[&'static str],
    exempt: &[String],
) -> Vec<Statement> {
    let mut parts = Vec::<(Value, Vec<&'static str>)>::new();
    for (calls, conditions) in [(&row.creates, conditions.creating), (&row.changes, conditions.changing)] {
        let calls =
            calls.iter().map(String::as_str).filter(|call| refused.contains(call)).collect::<Vec<_>>();
        for condition in conditions {
            // What is refused for the same reason is refused by one statement.
            match parts.iter_mut().find(|(said, _)| *said == condition) {
                Some((_, of)) => of.extend(&calls),
                None if calls.is_empty() => {}
                None => parts.push((condition, calls.clone())),
            }
        }
    }
    let n_parts = parts.len();
    let numbered = parts.into_iter().enumerate().map(|(index, (condition, action))| {
        let number = if n_parts > 1 { (index + 1).to_string() } else { String::new() };
        let condition = condition::exempting(condition, exempt);
        let condition = condition.as_object().is_some_and(|it| !it.is_empty()).then_some(condition);
        Statement { sid: format!("{}{number}", row.sid), effect: "Deny", action, resource: "*", condition }
    });
    numbered.collect()
}

#[cfg(test)]
mod tests;
