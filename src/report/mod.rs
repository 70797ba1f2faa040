//! What happened, for people and for programs: one file per output format.
//!
//! A [`Report`] is the whole of what a pass has to say; formats choose from it and add nothing.
//! The JSON form is a wire format with a version of its own, apart from the domain's types.

pub mod access;
mod asff;
pub mod attest;
pub mod catalogue;
pub mod diagnostics;
pub mod diff;
pub mod guardrails;
mod json;
mod table;
pub mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::domain::{
    BundleId, Compliance, Control, ControlId, Coverage, FindingId, Scope, Severity, Verdict, VerdictKind,
};
use crate::snapshot::Collection;

pub use asff::write as asff;
pub use json::{VERSION as JSON_VERSION, write as json};
pub use table::render as table;

/// What a pass has to say.
#[derive(Debug, Clone)]
pub struct Report {
    /// The account and Region.
    pub scope: Scope,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// The bundles that judged, in order.
    pub bundles: Vec<BundleId>,
    /// The controls that were judged, by id.
    pub controls: Vec<Arc<Control>>,
    /// One verdict per control and resource, in that order.
    pub verdicts: Vec<Verdict>,
    /// Populations that nobody could see whole.
    pub hidden: Vec<Hidden>,
    /// Controls whose evaluation failed.
    pub errors: Vec<ControlError>,
    /// Exceptions that no longer apply, or that nothing needed.
    pub exceptions: Exceptions,
    /// What was read.
    pub coverage: Coverage,
    /// API calls by operation; empty when a file was judged.
    pub calls: BTreeMap<String, Calls>,
    /// What changes, or nothing when a snapshot was only judged.
    pub plan: Option<Plan>,
    /// What was written to Security Hub, or nothing when nothing was to be published.
    pub writes: Option<Writes>,
    /// The findings as Security Hub takes them; empty unless they were asked for.
    pub findings: Vec<Box<RawValue>>,
}

/// A population of which some members may exist that nobody has seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hidden {
    /// The control that judges it.
    pub control: ControlId,
    /// The population.
    pub collection: Collection,
    /// The operation, and the missing IAM action.
    pub reason: String,
}

/// A control that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlError {
    /// The control.
    pub control: ControlId,
    /// What went wrong, with its place in the policy.
    pub message: String,
}

/// Exceptions that somebody should look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Their last day is over; they were not applied.
    pub expired: Vec<String>,
    /// They hold, and nothing that failed needed them.
    pub unused: Vec<String>,
}

/// How often an operation was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls, retries not counted.
    pub calls: u64,
    /// Further attempts.
    pub retries: u64,
    /// Calls that gave no answer in the end.
    pub errors: u64,
}

/// What a pass changes among the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Whether any pass recorded findings of this account and Region before.
    pub first: bool,
    /// Findings that did not exist.
    pub create: Vec<Change>,
    /// Findings that say something else now, or are sent again to keep them.
    pub update: Vec<Change>,
    /// Findings that are over.
    pub archive: Vec<Change>,
    /// Findings that stay as they were because evidence is missing, or because they are outside this pass.
    pub hold: Vec<Change>,
    /// Findings that need nothing.
    pub unchanged: usize,
}

impl Plan {
    /// Whether the pass found the same as the one before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.update.is_empty() && self.archive.is_empty()
    }
}

/// One finding in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The finding.
    pub finding: FindingId,
    /// The control.
    pub control: ControlId,
    /// The resource.
    pub resource: String,
    /// The status that it gets, or keeps.
    pub compliance: Compliance,
    /// The status that it had, when it had another one.
    pub was: Option<Compliance>,
    /// Why.
    pub why: String,
}

/// What was written to Security Hub.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes {
    /// Findings that Security Hub took.
    pub sent: usize,
    /// Findings that it refused.
    pub failed: Vec<Refused>,
}

/// A finding that Security Hub refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The finding.
    pub finding: FindingId,
    /// Security Hub's code.
    pub code: String,
    /// Its message.
    pub message: String,
}

impl Report {
    /// Whether everything was seen that the controls look into, nothing is unknown and nothing was refused.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let has_gap = |collection| self.coverage.0.get(collection).is_some_and(|it| !it.gaps.is_empty());
        self.hidden.is_empty()
            && self.errors.is_empty()
            && self.writes.as_ref().is_none_or(|writes| writes.failed.is_empty())
            && !self.controls.iter().flat_map(|control| &control.reads).any(has_gap)
            && !self.verdicts.iter().any(|verdict| verdict.outcome.kind() == VerdictKind::Unknown)
    }

    /// The worst severity among failed controls.
    #[must_use]
    pub fn worst_failure(&self) -> Option<Severity> {
        let failed = self.verdicts.iter().filter(|verdict| verdict.outcome.kind() == VerdictKind::Failed);
        failed.filter_map(|verdict| self.control(&verdict.control)).map(|control| control.severity).max()
    }

    /// The control with this id.
    fn control(&self, id: &ControlId) -> Option<&Control> {
        let at = self.controls.binary_search_by(|control| control.id.cmp(id)).ok()?;
        self.controls.get(at).map(|control| &**control)
    }

    /// How many verdicts of each kind there are for each severity.
    fn tally(&self) -> BTreeMap<Severity, BTreeMap<VerdictKind, usize>> {
        let mut tally = BTreeMap::<Severity, BTreeMap<VerdictKind, usize>>::new();
        for verdict in &self.verdicts {
            if let Some(control) = self.control(&verdict.control) {
                *tally.entry(control.severity).or_default().entry(verdict.outcome.kind()).or_default() += 1;
            }
        }
        tally
    }
}
