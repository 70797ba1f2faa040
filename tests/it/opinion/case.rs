//! Random cases: policies and a request that they are about, or nearly.
//!
//! Everything is picked from lists by number, and what is plainest stands first in each list, so that a case that is made
//! smaller by smaller numbers is one that a person can read.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use tidewaiter::access::{Key, reference};

use super::pools::{KEYS, Kind, OPERATORS, REQUESTS, Subject, action_names, resource_texts, values};
use crate::access::support::ROLE;

/// Policies and a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    pub(super) action: String,
    pub(super) resources: Vec<String>,
    /// What the request carries; keys that are not here are absent.
    pub(super) carried: BTreeMap<String, Vec<String>>,
    pub(super) identity: Value,
    pub(super) boundary: Option<Value>,
    /// Service control policies, from the root.
    pub(super) levels: Vec<Vec<Value>>,
}

impl Case {
    /// Every policy.
    pub(super) fn documents(&mut self) -> impl Iterator<Item = &mut Value> {
        let boundary = self.boundary.iter_mut();
        [&mut self.identity].into_iter().chain(boundary).chain(self.levels.iter_mut().flatten())
    }

    /// Every statement.
    pub(super) fn statements(&mut self) -> impl Iterator<Item = &mut Value> {
        self.documents().flat_map(|document| document["Statement"].as_array_mut().unwrap())
    }
}

#[derive(Debug, Clone)]
struct Clause {
    key: Index,
    is_of_action: bool,
    operator: usize,
    is_of_kind: bool,
    quantifier: usize,
    if_exists: bool,
    values: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Statement {
    is_denial: bool,
    names: Vec<usize>,
    is_not_action: bool,
    resources: Vec<usize>,
    is_not_resource: bool,
    clauses: Vec<Clause>,
}

/// Small numbers mostly.
fn number(usual: usize, most: usize) -> impl Strategy<Value = usize> {
    prop_oneof![2 => 0..usual, 1 => 0..most]
}

fn clause() -> impl Strategy<Value = Clause> {
    let parts = (
        any::<Index>(),
        prop::bool::weighted(0.7),
        0..OPERATORS.len(),
        prop::bool::weighted(0.95),
        prop_oneof![4 => Just(0_usize), 1 => Just(1_usize), 1 => Just(2_usize)],
        prop::bool::weighted(0.25),
        prop::collection::vec(number(4, 12), 1..3),
    );
    parts.prop_map(|(key, is_of_action, operator, is_of_kind, quantifier, if_exists, values)| Clause {
        key,
        is_of_action,
        operator,
        is_of_kind,
        quantifier,
        if_exists,
        values,
    })
}

fn statement(denials: f64) -> impl Strategy<Value = Statement> {
    let parts = (
        prop::bool::weighted(denials),
        prop::collection::vec(number(4, 13), 1..3),
        prop::bool::weighted(0.12),
        prop::collection::vec(number(5, 23), 1..3),
        prop::bool::weighted(0.2),
        prop_oneof![1 => prop::collection::vec(clause(), 0..1), 3 => prop::collection::vec(clause(), 1..3)],
    );
    parts.prop_map(|(is_denial, names, is_not_action, resources, is_not_resource, clauses)| Statement {
        is_denial,
        names,
        is_not_action,
        resources,
        is_not_resource,
        clauses,
    })
}

/// A document's statements, whether all is allowed besides, and whether it is of the old version.
fn document(denials: f64, all: f64) -> impl Strategy<Value = (Vec<Statement>, bool, bool)> {
    let statements = prop::collection::vec(statement(denials), 1..4);
    (statements, prop::bool::weighted(all), prop::bool::weighted(0.15))
}

/// Any case.
pub(super) fn case() -> impl Strategy<Value = Case> {
    let parts = (
        0..REQUESTS.len(),
        prop::collection::vec(
            prop::option::weighted(0.6, prop::collection::vec(number(2, 4), 1..3)),
            KEYS.len(),
        ),
        prop::bool::weighted(0.4),
        document(0.25, 0.35),
        prop::option::weighted(0.25, document(0.35, 0.85)),
        prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(prop::collection::vec(document(0.4, 0.9), 1..3), 1..3)],
    );
    parts.prop_map(|(request, carried, is_foreign, identity, boundary, levels)| {
        let subject = Subject::of(REQUESTS[request]);
        let levels =
            levels.iter().map(|level| level.iter().map(|it| render_document(it, &subject)).collect());
        Case {
            carried: render_carried(&carried, is_foreign, &subject),
            identity: render_document(&identity, &subject),
            boundary: boundary.as_ref().map(|it| render_document(it, &subject)),
            levels: levels.collect(),
            resources: subject.resources.iter().map(|it| (*it).to_owned()).collect(),
            action: subject.action.to_owned(),
        }
    })
}

/// What a request carries: keys that the action supports, and a foreign one now and then.
fn render_carried(
    carried: &[Option<Vec<usize>>],
    is_foreign: bool,
    subject: &Subject,
) -> BTreeMap<String, Vec<String>> {
    let mut rendered = BTreeMap::new();
    for (key, picked) in KEYS.iter().zip(carried) {
        let Some(picked) = picked else { continue };
        if is_foreign || supports(subject, key.name) {
            let mut values =
                picked.iter().map(|at| key.values[at % key.values.len()].to_owned()).collect::<Vec<_>>();
            values.sort();
            values.dedup();
            values.truncate(if key.is_many { 3 } else { 1 });
            rendered.insert(key.name.to_owned(), values);
        }
    }
    // What is known of any role's requests.
    for (key, value) in [
        ("aws:PrincipalArn", ROLE),
        ("aws:PrincipalAccount", "111122223333"),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalIsAWSService", "false"),
    ] {
        rendered.insert(key.to_owned(), vec![value.to_owned()]);
    }
    rendered
}

fn supports(subject: &Subject, key: &str) -> bool {
    let action = reference().action(subject.action).unwrap().1;
    matches!(reference().key(action, key), Key::Supported(_))
}

fn render_document(
    (statements, is_all_allowed, is_old): &(Vec<Statement>, bool, bool),
    subject: &Subject,
) -> Value {
    let mut rendered = statements.iter().map(|it| render_statement(it, subject)).collect::<Vec<_>>();
    if *is_all_allowed {
        rendered.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    }
    json!({"Version": if *is_old { "2008-10-17" } else { "2012-10-17" }, "Statement": rendered})
}

/// One text, or several in a list.
fn one_or_many(texts: Vec<Value>) -> Value {
    match <[Value; 1]>::try_from(texts) {
        Ok([one]) => one,
        Err(texts) => Value::Array(texts),
    }
}

fn render_statement(statement: &Statement, subject: &Subject) -> Value {
    let pick = |pool: Vec<String>, picked: &[usize]| {
        one_or_many(picked.iter().map(|at| json!(pool[at % pool.len()])).collect())
    };
    let names = pick(action_names(subject), &statement.names);
    let resources = pick(resource_texts(subject), &statement.resources);
    let mut rendered = json!({
        "Effect": if statement.is_denial { "Deny" } else { "Allow" },
        (if statement.is_not_action { "NotAction" } else { "Action" }): names,
        (if statement.is_not_resource { "NotResource" } else { "Resource" }): resources,
    });
    for clause in &statement.clauses {
        let (operator, key, values) = render_clause(clause, subject);
        rendered["Condition"][operator][key] = values;
    }
    rendered
}

fn render_clause(clause: &Clause, subject: &Subject) -> (String, String, Value) {
    let supported =
        KEYS.iter().filter(|key| !clause.is_of_action || supports(subject, key.name)).collect::<Vec<_>>();
    let key = supported[clause.key.index(supported.len())];
    let of_kind =
        OPERATORS.iter().filter(|(_, kind)| !clause.is_of_kind || *kind == key.kind || *kind == Kind::Any);
    let of_kind = of_kind.collect::<Vec<_>>();
    let (operator, kind) = of_kind[clause.operator % of_kind.len()];
    if *operator == "Null" {
        return (
            operator.to_string(),
            key.name.to_owned(),
            json!(if clause.if_exists { "false" } else { "true" }),
        );
    }
    let quantifier = match (clause.quantifier, key.is_many) {
        (0, true) if clause.if_exists => "",
        (0, true) | (1, _) => "ForAnyValue:",
        (2, _) => "ForAllValues:",
        _ => "",
    };
    let name = format!("{quantifier}{operator}{}", if clause.if_exists { "IfExists" } else { "" });
    let pool = values(key, *kind);
    let mut picked = clause.values.iter().map(|at| pool[at % pool.len()].clone()).collect::<Vec<_>>();
    picked.dedup();
    (name, key.name.to_owned(), one_or_many(picked))
}
