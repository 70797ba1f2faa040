//! What a change of policies changes: the verdicts of two sets of bundles about one snapshot, laid side by side.
//!
//! It is apart from the report on a pass because it says nothing about the estate, only about the policies.

mod json;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{
    BundleId, Control, ControlId, Outcome, Scope, Severity, Verdict, VerdictKind, Violation,
};

pub use json::{VERSION as JSON_VERSION, render as json};
pub use table::render as table;

/// What one set of bundles says about the snapshot.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The bundles.
    pub bundles: Vec<BundleId>,
    /// The controls that were judged, by id.
    pub controls: Vec<Arc<Control>>,
    /// Their verdicts.
    pub verdicts: Vec<Verdict>,
    /// Controls that could not be evaluated, with the reason.
    pub errors: Vec<(ControlId, String)>,
}

/// What is different.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The account and Region of the snapshot.
    pub scope: Scope,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// The bundles before.
    pub old: Vec<BundleId>,
    /// The bundles after.
    pub new: Vec<BundleId>,
    /// Controls with a difference, the worst first, then by id.
    pub controls: Vec<ControlDiff>,
    /// How many verdicts are the same.
    pub n_unchanged: usize,
    /// Controls of the old bundles that could not be evaluated, with the reason.
    pub old_errors: Vec<(ControlId, String)>,
    /// Controls of the new bundles that could not be evaluated, with the reason.
    pub new_errors: Vec<(ControlId, String)>,
}

/// One control's differences.
#[derive(Debug, Clone)]
pub struct ControlDiff {
    /// The control as the new bundles have it; as the old ones had it when it was withdrawn.
    pub control: Arc<Control>,
    /// Which bundles have it.
    pub presence: Presence,
    /// The severity before, when it was another one.
    pub was_severity: Option<Severity>,
    /// The id before, when it was another one.
    pub was_id: Option<ControlId>,
    /// Verdicts that are different, by resource.
    pub changes: Vec<Change>,
}

/// Which bundles have a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Both.
    Both,
    /// Only the new ones.
    Added,
    /// Only the old ones.
    Withdrawn,
}

impl Presence {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Added => "added",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One verdict that is different.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The resource.
    pub resource: String,
    /// The verdict before; nothing when there was none.
    pub was: Option<Outcome>,
    /// The verdict after; nothing when there is none.
    pub is: Option<Outcome>,
}

impl Change {
    /// Violations that are found no longer.
    #[must_use]
    pub fn gone(&self) -> Vec<&Violation> {
        only_in(self.was.as_ref(), self.is.as_ref())
    }

    /// Violations that were not found before.
    #[must_use]
    pub fn found(&self) -> Vec<&Violation> {
        only_in(self.is.as_ref(), self.was.as_ref())
    }

    /// Whether something fails that did not.
    #[must_use]
    pub fn fails_now(&self) -> bool {
        kind(self.is.as_ref()) == Some(VerdictKind::Failed)
            && kind(self.was.as_ref()) != Some(VerdictKind::Failed)
    }

    /// Whether something fails no longer.
    #[must_use]
    pub fn failed_before(&self) -> bool {
        kind(self.was.as_ref()) == Some(VerdictKind::Failed)
            && kind(self.is.as_ref()) != Some(VerdictKind::Failed)
    }
}

fn kind(outcome: Option<&Outcome>) -> Option<VerdictKind> {
    outcome.map(Outcome::kind)
}

fn only_in<'a>(here: Option<&'a Outcome>, there: Option<&Outcome>) -> Vec<&'a Violation> {
    let there = there.map(Outcome::violations).unwrap_or_default();
    here.map(Outcome::violations).unwrap_or_default().iter().filter(|it| !there.contains(it)).collect()
}

/// How many verdicts differ, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Resources that fail and did not.
    pub fail_now: usize,
    /// Resources that fail no longer, withdrawn controls included.
    pub fail_no_longer: usize,
    /// Resources that fail as before, by other violations.
    pub fail_otherwise: usize,
    /// Every other difference.
    pub other: usize,
}

impl Counts {
    fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut counts = Self::default();
        for change in changes {
            let both_fail = [&change.was, &change.is]
                .into_iter()
                .all(|outcome| kind(outcome.as_ref()) == Some(VerdictKind::Failed));
            let count = match change {
                change if change.fails_now() => &mut counts.fail_now,
                change if change.failed_before() => &mut counts.fail_no_longer,
                _ if both_fail => &mut counts.fail_otherwise,
                _ => &mut counts.other,
            };
            *count += 1;
        }
        counts
    }
}

impl Diff {
    /// Lays two sides side by side. A control that has another id now is the same when it names the old one as an alias.
    #[must_use]
    pub fn of(scope: Scope, taken_at: Timestamp, old: Side, new: Side) -> Self {
        let renamed = renamed(&old.controls, &new.controls);
        let mut pairs = BTreeMap::<ControlId, (Option<&Arc<Control>>, Option<&Arc<Control>>)>::new();
        for control in &old.controls {
            let id = renamed.get(&control.id).unwrap_or(&control.id);
            pairs.entry(id.clone()).or_default().0 = Some(control);
        }
        for control in &new.controls {
            pairs.entry(control.id.clone()).or_default().1 = Some(control);
        }
        let (was, is) = (by_control(&old.verdicts), by_control(&new.verdicts));
        let (mut controls, mut n_unchanged) = (Vec::new(), 0);
        for (before, after) in pairs.into_values() {
            let (control, presence) = match (before, after) {
                (Some(_), Some(after)) => (after, Presence::Both),
                (None, Some(after)) => (after, Presence::Added),
                (Some(before), None) => (before, Presence::Withdrawn),
                (None, None) => continue,
            };
            let none = BTreeMap::new();
            let was = before.and_then(|control| was.get(&control.id)).unwrap_or(&none);
            let is = after.and_then(|control| is.get(&control.id)).unwrap_or(&none);
            let resources = was.keys().chain(is.keys()).copied().collect::<BTreeSet<_>>();
            let mut changes = Vec::new();
            for resource in resources {
                let (was, is) = (was.get(resource).copied(), is.get(resource).copied());
                if was == is {
                    n_unchanged += 1;
                } else {
                    let (was, is) = (was.cloned(), is.cloned());
                    changes.push(Change { resource: resource.to_owned(), was, is });
                }
            }
            let was_severity = before.map(|before| before.severity).filter(|was| *was != control.severity);
            let was_id = before.map(|before| &before.id).filter(|was| **was != control.id).cloned();
            let is_same = changes.is_empty() && was_severity.is_none() && was_id.is_none();
            if presence != Presence::Both || !is_same {
                let control = Arc::clone(control);
                controls.push(ControlDiff { control, presence, was_severity, was_id, changes });
            }
        }
        controls.sort_by(|left, right| {
            let key = |it: &ControlDiff| (std::cmp::Reverse(it.control.severity), it.control.id.clone());
            key(left).cmp(&key(right))
        });
        Self {
            scope,
            taken_at,
            old: old.bundles,
            new: new.bundles,
            controls,
            n_unchanged,
            old_errors: old.errors,
            new_errors: new.errors,
        }
    }

    /// How many verdicts differ, and how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.controls.iter().flat_map(|control| &control.changes))
    }

    /// The worst severity among controls by which something fails that did not.
    #[must_use]
    pub fn worst_new_failure(&self) -> Option<Severity> {
        let failing = self.controls.iter().filter(|control| control.changes.iter().any(Change::fails_now));
        failing.map(|control| control.control.severity).max()
    }
}

/// Old ids by which new controls are also known, unless the new bundles have a control of that id.
fn renamed(old: &[Arc<Control>], new: &[Arc<Control>]) -> BTreeMap<ControlId, ControlId> {
    let ids = new.iter().map(|control| &control.id).collect::<BTreeSet<_>>();
    let gone = old.iter().map(|control| &control.id).filter(|id| !ids.contains(id));
    let renamed = gone.filter_map(|id| {
        let now = new.iter().find(|control| control.aliases.contains(id))?;
        Some((id.clone(), now.id.clone()))
    });
    renamed.collect()
}

fn by_control(verdicts: &[Verdict]) -> BTreeMap<&ControlId, BTreeMap<&str, &Outcome>> {
    let mut by_control = BTreeMap::<_, BTreeMap<_, _>>::new();
    for verdict in verdicts {
        by_control.entry(&verdict.control).or_default().insert(verdict.resource.as_str(), &verdict.outcome);
    }
    by_control
}
