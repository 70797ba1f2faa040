//! The catalogue: which controls there are, what each of them is, and which requirements they answer to.
//!
//! It is apart from the reports on an estate because it says nothing about one.

mod json;
mod page;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::domain::{BundleId, Control, ControlId, Covered};
use crate::policy::{ExampleFile, Framework, Omission, Requirement};

pub use json::{VERSION as JSON_VERSION, list as json, show as json_of};
pub use page::{MADE, index, page};
pub use table::{coverage, list as table, show};

/// Controls and what is known about them.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The bundles.
    pub bundles: Vec<BundleId>,
    /// The controls, by id.
    pub entries: Vec<Entry>,
    /// The frameworks of the bundles, by id.
    pub frameworks: Vec<Framework>,
    /// What the bundles leave out, by id.
    pub omissions: Vec<Omission>,
}

/// One control and what is known about it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The control.
    pub control: Arc<Control>,
    /// Its parameters with their defaults; a parameter with parts is one entry for each, dots between the names.
    pub parameters: Vec<(String, Value)>,
    /// Its examples, by name.
    pub examples: Vec<ExampleFile>,
    /// The IAM actions that reading its evidence takes, sorted.
    pub actions: Vec<&'static str>,
}

impl Entry {
    /// Puts together what is known about a control; `params` are the defaults of all parameters.
    #[must_use]
    pub fn new(
        control: Arc<Control>,
        params: &Value,
        examples: Vec<ExampleFile>,
        actions: &BTreeSet<&'static str>,
    ) -> Self {
        let mut parameters = Vec::new();
        for name in &control.parameters {
            let value = name.split('.').try_fold(params, |here, part| here.get(part));
            flatten(name, value.unwrap_or(&Value::Null), &mut parameters);
        }
        Self { control, parameters, examples, actions: actions.iter().copied().collect() }
    }
}

/// One entry for each part of a parameter; an empty mapping is for an organisation to fill and stays.
fn flatten(name: &str, value: &Value, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(parts) if !parts.is_empty() => {
            parts.iter().for_each(|(part, value)| flatten(&format!("{name}.{part}"), value, into));
        }
        other => into.push((name.to_owned(), other.clone())),
    }
}

impl Catalogue {
    /// The entry of a control, also under an id that it had once.
    #[must_use]
    pub fn entry(&self, id: &ControlId) -> Option<&Entry> {
        let by_id = self.entries.iter().find(|entry| entry.control.id == *id);
        by_id.or_else(|| self.entries.iter().find(|entry| entry.control.aliases.contains(id)))
    }

    /// What is said about a control that is left out.
    #[must_use]
    pub fn omission(&self, id: &ControlId) -> Option<&Omission> {
        self.omissions.iter().find(|omission| omission.id == *id)
    }

    /// The controls that answer to a requirement and are judged unless somebody turns them off.
    fn answering<'a>(&'a self, requirement: &'a Requirement) -> impl Iterator<Item = &'a Entry> {
        let entries = requirement.controls.iter().filter_map(|id| self.entry(id));
        entries.filter(|entry| entry.control.enabled)
    }
}

/// The rules that a control covers, one tool after the other.
fn by_peer(covers: &[Covered]) -> Vec<(&str, Vec<&str>)> {
    let tools = covers.chunk_by(|left, right| left.peer == right.peer);
    let tools = tools.filter_map(|rules| {
        let peer = rules.first()?.peer.as_str();
        Some((peer, rules.iter().map(|covered| covered.rule.as_str()).collect()))
    });
    tools.collect()
}
