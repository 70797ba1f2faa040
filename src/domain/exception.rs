//! An exception: somebody's decision to live with a failure for a while.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::{AccountId, ControlId};

/// The id under which an exception is reported and stands in findings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionId(pub String);

impl fmt::Display for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One validated entry of an exceptions file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Unique in its file.
    pub id: ExceptionId,
    /// The controls that it covers; never empty.
    pub controls: Vec<ControlId>,
    /// ARN patterns with `*` and `?`; empty when tags alone select.
    pub resources: Vec<String>,
    /// Tags that the resource must carry, all of them; empty when patterns alone select.
    pub tags: BTreeMap<String, String>,
    /// The only account it holds in; every account when absent.
    pub account: Option<AccountId>,
    /// What kind of decision it is.
    pub kind: ExceptionKind,
    /// Why, for an auditor.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
}

/// What kind of decision an exception is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// The risk is known and carried.
    RiskAccepted,
    /// The control is wrong about the resource.
    FalsePositive,
    /// Something else prevents what the control is there to prevent.
    CompensatingControl,
    /// A person looked and found the requirement met.
    ManualPass,
}

impl ExceptionKind {
    /// Every kind, in the order in which error messages list them.
    pub const ALL: [Self; 4] =
        [Self::RiskAccepted, Self::FalsePositive, Self::CompensatingControl, Self::ManualPass];

    /// The word that files and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RiskAccepted => "risk-accepted",
            Self::FalsePositive => "false-positive",
            Self::CompensatingControl => "compensating-control",
            Self::ManualPass => "manual-pass",
        }
    }
}
