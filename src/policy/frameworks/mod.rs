//! Frameworks: which of their requirements the controls of the loaded bundles answer to.

mod part;
#[cfg(test)]
mod tests;
mod union;

use std::collections::BTreeMap;

use crate::domain::{ControlId, Mapping};

pub(super) use part::{Part, parse};
pub(super) use union::{Holder, unite};

/// A standard that bundles map their controls to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// Its id, which is also the name of its files (`nist-800-53-r5`).
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its version, as its publisher writes it.
    pub version: String,
    /// Where it is published.
    pub source: String,
    /// The requirements that the bundles answer to: in the order of the first bundle's file, then what others add.
    pub requirements: Vec<Requirement>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its id in the framework (`AC-6`).
    pub id: String,
    /// As Security Hub writes it (`NIST.800-53.r5 AC-6`); without one, findings do not name the requirement.
    pub label: Option<String>,
    /// What it demands, in a line.
    pub title: Option<String>,
    /// The controls that answer to it, sorted.
    pub controls: Vec<ControlId>,
    /// Why no control does, or what of it the controls leave open.
    pub reason: Option<String>,
}

/// The requirements that each control answers to, sorted.
pub(super) fn mappings(frameworks: &[Framework]) -> BTreeMap<ControlId, Vec<Mapping>> {
    let mut mappings = BTreeMap::<ControlId, Vec<Mapping>>::new();
    for framework in frameworks {
        for requirement in &framework.requirements {
            for control in &requirement.controls {
                mappings.entry(control.clone()).or_default().push(Mapping {
                    framework: framework.id.clone(),
                    requirement: requirement.id.clone(),
                    label: requirement.label.clone(),
                });
            }
        }
    }
    for of_control in mappings.values_mut() {
        of_control.sort();
        of_control.dedup();
    }
    mappings
}
