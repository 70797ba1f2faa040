//! The `Condition` of a statement: clauses that must all hold.

use serde_json::Value as Json;

use super::context::{Context, Presence};
use super::operator::{Operator, Quantifier, Test};
use super::tri::Tri;
use super::variables::Text;

/// One operator over one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// The operator as it was written.
    pub(super) name: String,
    /// What is known of it; `None` when there is no such operator, or its values are none.
    pub(super) operator: Option<Operator>,
    /// The key as it was written.
    pub(super) key: String,
    /// The values.
    pub(super) values: Vec<Text>,
}

/// Reads a condition; `None` when it is none.
pub(super) fn read(condition: &Json, has_variables: bool) -> Option<Vec<Clause>> {
    let mut clauses = Vec::new();
    for (name, keys) in condition.as_object()? {
        for (key, values) in keys.as_object()? {
            let values = match values {
                Json::Array(values) => values.iter().map(text).collect::<Option<Vec<_>>>(),
                one => text(one).map(|one| vec![one]),
            };
            let operator = values.as_ref().and_then(|_| Operator::parse(name));
            let values = values.unwrap_or_default();
            clauses.push(Clause {
                name: name.clone(),
                operator,
                key: key.clone(),
                values: values.iter().map(|value| Text::new(value, has_variables)).collect(),
            });
        }
    }
    Some(clauses)
}

/// A value: text, or what JSON writes without quotes.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(value) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

impl Clause {
    /// Whether a request that carries this of the key passes.
    pub(super) fn holds(&self, presence: Presence<'_>, context: &Context) -> Tri {
        let Some(operator) = self.operator else { return Tri::Unknown };
        if operator.test == Test::Null {
            return self.is_absence(presence);
        }
        let passes = |found: &String| self.passes(operator, found, context);
        match (operator.quantifier, presence) {
            (_, Presence::Unknown) => Tri::Unknown,
            (None, Presence::Absent) => Tri::from(operator.is_negated || operator.if_exists),
            // The documentation says both of a negated operator.
            (Some(Quantifier::All), Presence::Absent) if operator.is_negated => Tri::Unknown,
            (Some(Quantifier::All), Presence::Absent) => Tri::True,
            // What `IfExists` adds to this one is said nowhere.
            (Some(Quantifier::Any), Presence::Absent) if operator.if_exists => Tri::Unknown,
            (Some(Quantifier::Any), Presence::Absent) => Tri::False,
            (Some(Quantifier::All), Presence::Values(found)) => Tri::all(found.iter().map(passes)),
            (Some(Quantifier::Any), Presence::Values(found)) => Tri::any(found.iter().map(passes)),
            (None, Presence::Values(found)) => {
                let answers = found.iter().map(passes).collect::<Vec<_>>();
                match (answers.iter().min(), answers.iter().max()) {
                    (Some(least), Some(most)) if least == most => *least,
                    _ => Tri::Unknown,
                }
            }
        }
    }

    /// Whether its operator compares one value, so that it is not for keys with several.
    pub(super) fn is_for_one_value(&self) -> bool {
        self.operator.is_some_and(|it| it.quantifier.is_none() && it.test != Test::Null)
    }

    /// `Null`: whether the key is absent, or present, as the policy wants it.
    fn is_absence(&self, presence: Presence<'_>) -> Tri {
        let is_absent = match presence {
            Presence::Absent => Tri::True,
            Presence::Values(_) => Tri::False,
            Presence::Unknown => Tri::Unknown,
        };
        match self.wants_absence() {
            Some(true) => is_absent,
            Some(false) => !is_absent,
            None => Tri::Unknown,
        }
    }

    /// For `Null`: whether the key must be absent; `None` when the values do not say.
    pub(super) fn wants_absence(&self) -> Option<bool> {
        match self.values.as_slice() {
            [value] if value.written().eq_ignore_ascii_case("true") => Some(true),
            [value] if value.written().eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// Whether one value passes: one of the policy's values is enough, and a negated operator wants none.
    fn passes(&self, operator: Operator, found: &str, context: &Context) -> Tri {
        let any =
            Tri::any(self.values.iter().map(|expected| operator.test.compare(found, expected, context)));
        if operator.is_negated { !any } else { any }
    }
}
