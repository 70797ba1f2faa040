//! What the ledger says about passes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{Compliance, FindingId, RecordState, VerdictKind};
use crate::reconcile::{Plan, Step};

/// The number of a pass, unique in its file and growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PassId(pub i64);

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PassOutcome {
    /// Everything was seen, judged and written.
    Complete,
    /// Something is unknown, or a write was refused.
    Partial,
    /// It gave up.
    Failed,
}

impl PassOutcome {
    const ALL: [Self; 3] = [Self::Complete, Self::Partial, Self::Failed];

    /// The word that stands in the ledger.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    /// Reads the ledger's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// One pass as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Its number.
    pub id: PassId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs, and for a pass that was killed.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<PassOutcome>,
    /// The bundles that it judged with, as a JSON array of `name`, `revision` and `digest`.
    pub bundles: String,
    /// Its verdicts.
    pub counts: Counts,
    /// What its plan did.
    pub plan: PlanCounts,
}

/// How many verdicts of each kind a pass had; a kind without any is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub BTreeMap<VerdictKind, u64>);

impl Counts {
    /// Counts verdicts.
    pub fn of(kinds: impl IntoIterator<Item = VerdictKind>) -> Self {
        let mut counts = BTreeMap::new();
        for kind in kinds {
            *counts.entry(kind).or_insert(0) += 1;
        }
        Self(counts)
    }

    /// How many verdicts are of this kind.
    #[must_use]
    pub fn get(&self, kind: VerdictKind) -> u64 {
        self.0.get(&kind).copied().unwrap_or(0)
    }
}

/// How many findings a plan creates, updates and so on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlanCounts {
    /// Findings that are new to the target.
    pub created: u64,
    /// Findings that are written again.
    pub updated: u64,
    /// Findings that are over.
    pub archived: u64,
    /// Findings that are left alone although this pass does not confirm them.
    pub held: u64,
    /// Findings that are as they should be.
    pub unchanged: u64,
    /// Writes that Security Hub refused.
    pub refused: u64,
}

impl PlanCounts {
    /// Counts the entries of a plan; nothing is refused yet.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut counts =
            Self { unchanged: plan.n_unchanged.try_into().unwrap_or(u64::MAX), ..Self::default() };
        for entry in &plan.entries {
            let count = match entry.step {
                Step::Create(_) => &mut counts.created,
                Step::Update { .. } => &mut counts.updated,
                Step::Archive { .. } => &mut counts.archived,
                Step::Hold(_) => &mut counts.held,
            };
            *count += 1;
        }
        counts
    }
}

/// One change of a finding's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The pass that made it.
    pub pass: PassId,
    /// The finding.
    pub id: FindingId,
    /// The time that the finding was written with.
    pub at: Timestamp,
    /// What it was; `None` for a new finding.
    pub from: Option<(Compliance, RecordState)>,
    /// What it is since.
    pub to: (Compliance, RecordState),
    /// Why, in words.
    pub why: String,
}
