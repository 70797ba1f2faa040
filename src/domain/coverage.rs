//! What was asked of AWS, what was answered, and what stayed hidden.
//!
//! Absence of evidence is a value here: a call that failed leaves a [`Gap`], and a gap turns every verdict that it
//! touches into *unknown*.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::snapshot::Collection;

/// Coverage of every collection that was asked for, or that a document names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Coverage(pub BTreeMap<Collection, CollectionCoverage>);

impl Coverage {
    /// The gaps of a collection; a collection that nobody asked for is one gap in itself.
    #[must_use]
    pub fn of(&self, collection: Collection) -> CollectionCoverage {
        self.0.get(&collection).cloned().unwrap_or_else(CollectionCoverage::skipped)
    }

    /// Whether each member of the collection is known and was read.
    #[must_use]
    pub fn is_complete(&self, collection: Collection) -> bool {
        self.0.get(&collection).is_some_and(|coverage| coverage.status == Status::Complete)
    }

    /// Every gap of every collection, in the collections' order.
    pub fn gaps(&self) -> impl Iterator<Item = (Collection, &Gap)> {
        self.0.iter().flat_map(|(collection, coverage)| coverage.gaps.iter().map(|gap| (*collection, gap)))
    }
}

/// How one collection was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectionCoverage {
    /// The summary.
    pub status: Status,
    /// Members in the document.
    #[serde(default)]
    pub count: u64,
    /// API calls made for the collection, retries not counted.
    #[serde(default)]
    pub calls: u64,
    /// Further attempts that throttles and server errors cost.
    #[serde(default)]
    pub retries: u64,
    /// What stayed hidden, and why.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

impl CollectionCoverage {
    /// Coverage of a collection that nobody asked for.
    #[must_use]
    pub fn skipped() -> Self {
        Self { status: Status::Skipped, count: 0, calls: 0, retries: 0, gaps: Vec::new() }
    }
}

/// The summary of a collection's coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every member is known and was read.
    Complete,
    /// Something is missing; the gaps say what.
    Partial,
    /// Nothing could be read because a permission is missing.
    Denied,
    /// Nobody asked for it.
    Skipped,
}

/// Evidence that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// `*` for the whole collection, or the ARN of the cluster or service whose members could not be listed.
    pub scope: String,
    /// Members that are known to exist but could not be read; when there are any, they are all that the gap hides.
    #[serde(default)]
    pub ids: Vec<String>,
    /// The operation, as IAM spells actions (`ecs:DescribeServices`).
    pub operation: String,
    /// Why.
    pub kind: GapKind,
    /// AWS's error code, or ours where there was no answer.
    pub code: String,
    /// AWS's message, or ours where there was no answer; never a body.
    pub message: String,
    /// The IAM action that is missing, when that is the reason.
    #[serde(default)]
    pub action: Option<String>,
}

impl Gap {
    /// The scope of a gap that hides a whole collection.
    pub const EVERYTHING: &'static str = "*";

    /// Whether members of the collection may exist that nobody has seen.
    #[must_use]
    pub fn hides_members(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a permission is missing, so that asking again gives the same.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.kind == GapKind::Denied && self.action.is_some()
    }

    /// One clause for people: the operation, the reason, and the permission that is missing.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.action {
            Some(action) => format!("{} was denied (missing IAM action {action})", self.operation),
            None => format!("{} {} ({})", self.operation, self.kind.as_clause(), self.code),
        }
    }
}

/// Why evidence could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GapKind {
    /// AWS refused the call.
    Denied,
    /// AWS throttled the call until the retries were used up.
    Throttled,
    /// No answer in time, or no connection.
    Timeout,
    /// AWS answered with a server error until the retries were used up.
    Server,
    /// The answer was not what the API promises.
    Malformed,
    /// The answer, or the list that it is a page of, ended early.
    Truncated,
    /// Two answers exclude each other.
    Contradiction,
    /// The pass ran out of its own time before the call.
    Cancelled,
}

impl GapKind {
    fn as_clause(self) -> &'static str {
        match self {
            Self::Denied => "was denied",
            Self::Throttled => "was throttled to the end",
            Self::Timeout => "was not answered in time",
            Self::Server => "failed on AWS's side",
            Self::Malformed => "gave a malformed answer",
            Self::Truncated => "gave an incomplete answer",
            Self::Contradiction => "contradicts another answer",
            Self::Cancelled => "was not made before the deadline",
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A gap of these members, or of everything in the scope when there are none.
    pub(crate) fn gap(scope: &str, ids: &[&str]) -> Gap {
        Gap {
            scope: scope.to_owned(),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            operation: "ecs:Describe".to_owned(),
            kind: GapKind::Throttled,
            code: "ThrottlingException".to_owned(),
            message: String::new(),
            action: None,
        }
    }
}
