//! How bad a failed control is, in the five steps that ASFF knows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::InvalidId;

/// Severity of a control, ordered from harmless to urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing to do; also what every passed finding carries in Security Hub.
    Informational,
    /// Worth doing when somebody is there anyway.
    Low,
    /// Worth planning.
    Medium,
    /// Worth doing soon.
    High,
    /// Worth waking somebody.
    Critical,
}

impl Severity {
    /// All severities, worst first, as reports list them.
    pub const WORST_FIRST: [Self; 5] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// The lower-case word that METADATA, reports and the command line use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = InvalidId;

    fn from_str(value: &str) -> Result<Self, InvalidId> {
        Self::WORST_FIRST.into_iter().find(|severity| severity.as_str() == value).ok_or_else(|| InvalidId {
            value: value.to_owned(),
            expected: "a severity (informational, low, medium, high or critical)",
        })
    }
}
