//! What a control says about one resource.

use serde_json::Value;

use super::{ControlId, ExceptionId, ExceptionKind};
use crate::snapshot::Collection;

/// One control's answer about one member of its population.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The control.
    pub control: ControlId,
    /// The collection that the resource is a member of.
    pub collection: Collection,
    /// The resource's key in its collection: its ARN, or its id where AWS has no ARN.
    pub resource: String,
    /// The answer.
    pub outcome: Outcome,
}

/// The five answers, each with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Looked at completely, and nothing was found.
    Passed,
    /// Something was found; never empty, sorted.
    Failed(Vec<Violation>),
    /// Evidence is missing; each reason names the operation and the missing IAM action. Never empty, sorted.
    Unknown(Vec<String>),
    /// Something was found and somebody answers for it.
    Excepted {
        /// The exception that applies.
        exception: ExceptionId,
        /// Its kind.
        kind: ExceptionKind,
        /// What was found all the same.
        violations: Vec<Violation>,
    },
    /// The control does not judge this resource; the policy says why.
    NotApplicable(String),
}

impl Outcome {
    /// The answer without what it rests on.
    #[must_use]
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Passed => VerdictKind::Passed,
            Self::Failed(_) => VerdictKind::Failed,
            Self::Unknown(_) => VerdictKind::Unknown,
            Self::Excepted { .. } => VerdictKind::Excepted,
            Self::NotApplicable(_) => VerdictKind::NotApplicable,
        }
    }

    /// What was found, also when somebody answers for it.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Failed(violations) | Self::Excepted { violations, .. } => violations,
            Self::Passed | Self::Unknown(_) | Self::NotApplicable(_) => &[],
        }
    }
}

/// An answer without what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictKind {
    /// See [`Outcome::Failed`].
    Failed,
    /// See [`Outcome::Unknown`].
    Unknown,
    /// See [`Outcome::Excepted`].
    Excepted,
    /// See [`Outcome::NotApplicable`].
    NotApplicable,
    /// See [`Outcome::Passed`].
    Passed,
}

impl VerdictKind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 5] =
        [Self::Failed, Self::Unknown, Self::Excepted, Self::NotApplicable, Self::Passed];

    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Excepted => "excepted",
            Self::NotApplicable => "not_applicable",
            Self::Passed => "passed",
        }
    }
}

/// One thing that a policy found.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// One sentence.
    pub message: String,
    /// Where and what, as the policy gave it; an object, or null.
    pub evidence: Value,
}
