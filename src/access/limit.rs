//! What conditions leave of one key's values.
//!
//! **Invariant:** a limit admits at least what the conditions admit.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::condition::Clause;
use super::document::Effect;
use super::operator::{Operator, Quantifier, Test};

/// How far a request's values of a key are limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    /// Whether a request without the key passes.
    pub(super) may_be_missing: bool,
    pub(super) values: Allowed,
    /// Whether something limits the key in a way that nobody can tell.
    pub(super) is_undecided: bool,
    /// What limits it.
    pub(super) tests: Vec<Tested>,
}

/// Values that pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Allowed {
    Any,
    OneOf(Set),
    NoneOf(Set),
    /// Not any, but neither from a list.
    Fewer,
}

/// Values as policies write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    texts: BTreeSet<String>,
    /// Whether each stands for itself alone, so that sets can be compared.
    is_exact: bool,
}

/// One condition on a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Tested {
    /// `Allow` when the condition must hold, `Deny` when the denial that has it must not.
    pub effect: Word,
    /// The operator, as it was written.
    pub operator: String,
    /// The values, as they were written.
    pub values: Vec<String>,
}

/// What the statement does that has a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub enum Word {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

impl Limit {
    /// No limit.
    pub(super) fn none() -> Self {
        Self::of(true, Allowed::Any)
    }

    fn of(may_be_missing: bool, values: Allowed) -> Self {
        Self { may_be_missing, values, is_undecided: false, tests: Vec::new() }
    }

    fn undecided() -> Self {
        Self { is_undecided: true, ..Self::none() }
    }

    /// What a clause leaves: of an allowing statement it must hold, of a denying one it must not. `are_many` says whether a
    /// request may carry several values.
    pub(super) fn of_clause(clause: &Clause, effect: Effect, are_many: bool) -> Self {
        let mut limit = match clause.operator {
            None => Self::undecided(),
            Some(operator) if operator.test == Test::Null => match (clause.wants_absence(), effect) {
                (None, _) => Self::undecided(),
                (Some(true), Effect::Allow) | (Some(false), Effect::Deny) => {
                    Self::of(true, Allowed::OneOf(Set::empty()))
                }
                (Some(false), Effect::Allow) | (Some(true), Effect::Deny) => Self::of(false, Allowed::Any),
            },
            Some(operator) => match effect {
                Effect::Allow => held(operator, clause, are_many),
                Effect::Deny => not_held(operator, clause, are_many),
            },
        };
        limit.tests.push(Tested::of(clause, effect));
        limit
    }

    /// Nobody can tell what this clause leaves.
    pub(super) fn of_unclear(clause: &Clause, effect: Effect) -> Self {
        Self { tests: vec![Tested::of(clause, effect)], ..Self::undecided() }
    }

    /// Both limits apply.
    pub(super) fn and(self, other: Self) -> Self {
        let values = match (self.values, other.values) {
            (Allowed::Any, values) | (values, Allowed::Any) => values,
            (Allowed::OneOf(mine), Allowed::OneOf(theirs)) => Allowed::OneOf(mine.intersection(theirs)),
            (Allowed::OneOf(mine), Allowed::NoneOf(theirs))
            | (Allowed::NoneOf(theirs), Allowed::OneOf(mine)) => Allowed::OneOf(mine.without(&theirs)),
            (Allowed::NoneOf(mine), Allowed::NoneOf(theirs)) => Allowed::NoneOf(mine.union(theirs)),
            (list, Allowed::Fewer) | (Allowed::Fewer, list) => list.without_exactness(),
        };
        let mut tests = self.tests;
        tests.extend(other.tests);
        tests.sort();
        tests.dedup();
        Self {
            may_be_missing: self.may_be_missing && other.may_be_missing,
            values,
            is_undecided: self.is_undecided || other.is_undecided,
            tests,
        }
    }

    /// One of the limits is enough.
    pub(super) fn or(self, other: Self) -> Self {
        let values = match (self.values, other.values) {
            (Allowed::OneOf(empty), values) | (values, Allowed::OneOf(empty)) if empty.is_empty() => values,
            (Allowed::OneOf(mine), Allowed::OneOf(theirs)) => Allowed::OneOf(mine.union(theirs)),
            _ => Allowed::Any,
        };
        let mut tests = self.tests;
        tests.extend(other.tests);
        Self {
            may_be_missing: self.may_be_missing || other.may_be_missing,
            values,
            is_undecided: self.is_undecided || other.is_undecided,
            tests,
        }
    }

    /// Whether no request passes.
    pub(super) fn is_never(&self) -> bool {
        !self.may_be_missing && matches!(&self.values, Allowed::OneOf(set) if set.is_exact && set.is_empty())
    }
}

impl Allowed {
    /// The same list, of which it is no longer certain that it is not empty in truth.
    fn without_exactness(self) -> Self {
        match self {
            Self::OneOf(set) => Self::OneOf(Set { is_exact: false, ..set }),
            Self::NoneOf(_) | Self::Any | Self::Fewer => Self::Fewer,
        }
    }
}

/// What passes when the clause holds.
fn held(operator: Operator, clause: &Clause, are_many: bool) -> Limit {
    let (one_of, none_of) = lists(operator, clause);
    let values = if operator.is_negated { none_of } else { one_of };
    match operator.quantifier {
        None if are_many => Limit::undecided(),
        None => Limit::of(operator.is_negated || operator.if_exists, values),
        Some(Quantifier::All) => Limit::of(true, values),
        Some(Quantifier::Any) => {
            Limit::of(operator.if_exists, if are_many { Allowed::Fewer } else { values })
        }
    }
}

/// What passes when the clause does not hold.
fn not_held(operator: Operator, clause: &Clause, are_many: bool) -> Limit {
    let (one_of, none_of) = lists(operator, clause);
    let values = if operator.is_negated { one_of } else { none_of };
    match operator.quantifier {
        None if are_many => Limit::undecided(),
        None => Limit::of(!(operator.is_negated || operator.if_exists), values),
        // Whether a negated operator holds without the key is said both ways, so that the denial may not apply.
        Some(Quantifier::All) => {
            Limit::of(operator.is_negated, if are_many { Allowed::Fewer } else { values })
        }
        Some(Quantifier::Any) => Limit::of(true, values),
    }
}

/// The values that a positive operator wants, and those that it leaves when it must not hold.
fn lists(operator: Operator, clause: &Clause) -> (Allowed, Allowed) {
    let is_open = clause.values.iter().any(super::variables::Text::is_open);
    let has_wildcard = |text: &String| text.contains(['*', '?']);
    let fold = |text: &str| {
        if operator.test == Test::Bool { text.to_ascii_lowercase() } else { text.to_owned() }
    };
    let texts = clause.values.iter().map(|value| fold(value.written())).collect::<BTreeSet<_>>();
    let is_exact = !is_open
        && match operator.test {
            Test::StringEquals | Test::Bool | Test::BinaryEquals => true,
            Test::StringLike | Test::Arn => !texts.iter().any(has_wildcard),
            _ => false,
        };
    match operator.test {
        Test::StringEquals
        | Test::StringEqualsIgnoreCase
        | Test::StringLike
        | Test::Bool
        | Test::BinaryEquals
        | Test::Arn
        | Test::IpAddress
        | Test::NumericEquals
        | Test::DateEquals => {
            let set = Set { texts, is_exact };
            // `*` in a list lets everything pass, and nothing when it must not hold; with ARNs neither is certain.
            if operator.test == Test::Arn && set.texts.contains("*") {
                (Allowed::Any, Allowed::Any)
            } else if !set.is_exact && set.texts.contains("*") {
                (Allowed::Any, Allowed::OneOf(Set::empty()))
            } else {
                (Allowed::OneOf(set.clone()), Allowed::NoneOf(set))
            }
        }
        _ => (Allowed::Fewer, Allowed::Fewer),
    }
}

impl Set {
    fn empty() -> Self {
        Self { texts: BTreeSet::new(), is_exact: true }
    }

    pub(super) fn texts(&self) -> Vec<String> {
        self.texts.iter().cloned().collect()
    }

    fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// What is in both; of sets that cannot be compared, the one that is more exact.
    fn intersection(self, other: Self) -> Self {
        match (self.is_exact, other.is_exact) {
            (true, true) => {
                Self { texts: self.texts.intersection(&other.texts).cloned().collect(), is_exact: true }
            }
            (true, false) => Self { is_exact: false, ..self },
            (false, true) => Self { is_exact: false, ..other },
            (false, false) if other.texts.len() < self.texts.len() => other,
            (false, false) => self,
        }
    }

    fn union(self, other: Self) -> Self {
        let is_exact = self.is_exact && other.is_exact;
        Self { texts: self.texts.into_iter().chain(other.texts).collect(), is_exact }
    }

    /// What is not in the other: taken out where that is certain.
    fn without(mut self, other: &Self) -> Self {
        if self.is_exact && other.is_exact {
            self.texts.retain(|text| !other.texts.contains(text));
        } else {
            self.is_exact = false;
        }
        self
    }
}

impl Tested {
    fn of(clause: &Clause, effect: Effect) -> Self {
        Self {
            effect: match effect {
                Effect::Allow => Word::Allow,
                Effect::Deny => Word::Deny,
            },
            operator: clause.name.clone(),
            values: clause.values.iter().map(|value| value.written().to_owned()).collect(),
        }
    }
}
