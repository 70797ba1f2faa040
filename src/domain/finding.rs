//! A finding: what a verdict becomes when it is to be remembered and published.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Control, ControlId, Severity, Violation};
use crate::snapshot::Collection;

/// A finding's identity in Security Hub and in the ledger.
///
/// **Invariant:** it depends on control, account, Region and resource alone; the text, version or run of a policy never
/// changes it. Account and Region stand in the product ARN under which the id is unique.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(String);

impl FindingId {
    /// What all our ids begin with; nothing outside this prefix is ever touched.
    pub const PREFIX: &'static str = "tidewaiter/";

    /// ASFF's limit for `Id`, in characters; counted in UTF-16 units, which are never fewer. Source: botocore's model of
    /// Security Hub and its user guide, "Required top-level ASFF attributes".
    pub const LIMIT: usize = 512;

    /// `tidewaiter/<control>/<resource>`, the resource hashed when the id would be over [`Self::LIMIT`].
    #[must_use]
    pub fn of(control: &ControlId, resource: &str) -> Self {
        let id = format!("{}{control}/{resource}", Self::PREFIX);
        if id.encode_utf16().count() <= Self::LIMIT {
            return Self(id);
        }
        let digest = Sha256::digest(resource.as_bytes());
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Self(format!("{}{control}/sha256:{hex}", Self::PREFIX))
    }

    /// Takes back an id that was stored or published; `None` when it is not one of ours.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        id.starts_with(Self::PREFIX).then(|| Self(id.to_owned()))
    }

    /// The control that the id names.
    #[must_use]
    pub fn control(&self) -> Option<ControlId> {
        let (control, _) = self.0.strip_prefix(Self::PREFIX)?.split_once('/')?;
        ControlId::new(control).ok()
    }

    /// The id as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What Security Hub calls the compliance status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compliance {
    /// The control holds, or somebody looked and says that it does.
    Passed,
    /// It fails.
    Failed,
    /// It fails and somebody answers for it.
    Warning,
    /// Evidence is missing.
    NotAvailable,
}

impl Compliance {
    /// The word that ASFF uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Warning => "WARNING",
            Self::NotAvailable => "NOT_AVAILABLE",
        }
    }

    /// Reads ASFF's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Warning, Self::NotAvailable]
            .into_iter()
            .find(|compliance| compliance.as_str() == word)
    }
}

/// Whether a finding is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordState {
    /// It says something about a resource that exists.
    Active,
    /// Its resource is gone, or its control was withdrawn.
    Archived,
}

impl RecordState {
    /// The word that ASFF uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
        }
    }

    /// Reads ASFF's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Archived].into_iter().find(|state| state.as_str() == word)
    }
}

/// What this pass wants to be true about one control and one resource.
///
/// Times are not part of it: when a finding was created and last updated is for the plan to say, from what is already
/// there.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The identity.
    pub id: FindingId,
    /// The control, whole: its title, severity and mappings stand in the published finding.
    pub control: Arc<Control>,
    /// The collection that the resource is a member of.
    pub collection: Collection,
    /// The resource's key in its collection.
    pub resource: String,
    /// The JSON text of the resource as the snapshot has it, secrets already replaced; `None` when only its id is known.
    /// Text, and shared, because tens of controls judge one resource and an estate has tens of thousands.
    pub body: Option<Arc<str>>,
    /// The status.
    pub compliance: Compliance,
    /// The severity that is published: the control's for a failure, informational for a pass.
    pub severity: Severity,
    /// What was found.
    pub violations: Vec<Violation>,
    /// Why the status is what it is, where violations do not say it: missing evidence, or the exception.
    pub reasons: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control() -> ControlId {
        ControlId::new("TD01").unwrap()
    }

    #[test]
    fn an_id_names_its_control_and_its_resource() {
        let id = FindingId::of(&control(), "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7");
        assert_eq!(
            id.as_str(),
            "tidewaiter/TD01/arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7"
        );
        assert_eq!(FindingId::parse(id.as_str()), Some(id));
    }

    #[test]
    fn a_long_resource_is_hashed_and_stays_distinct() {
        let long = "x".repeat(FindingId::LIMIT);
        let other = format!("{}y", "x".repeat(FindingId::LIMIT - 1));
        let (first, second) = (FindingId::of(&control(), &long), FindingId::of(&control(), &other));
        assert!(first.as_str().chars().count() <= FindingId::LIMIT);
        assert_ne!(first, second);
        assert_eq!(first, FindingId::of(&control(), &long));
    }

    #[test]
    fn somebody_elses_finding_is_not_ours() {
        assert_eq!(FindingId::parse("prowler-ecs-TD01"), None);
    }
}
