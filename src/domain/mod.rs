//! The vocabulary: what a control, a verdict, a gap and a finding are.
//!
//! These types stand apart because every other room speaks them.
//! Nothing here does input or output, reads a clock, or knows a wire format of somebody else.

mod control;
mod coverage;
mod digest;
mod exception;
mod finding;
mod ids;
mod severity;
mod verdict;

pub use control::{BundleId, Control, Covered, Mapping, Remediation};
pub use coverage::{CollectionCoverage, Coverage, Gap, GapKind, Status};
pub(crate) use digest::hex;
pub use digest::{Digest, InvalidDigest};
pub use exception::{Exception, ExceptionId, ExceptionKind};
pub use finding::{Compliance, Finding, FindingId, RecordState};
pub use ids::{AccountId, ControlId, InvalidId, Partition, Region, Scope};
pub use severity::Severity;
pub use verdict::{Outcome, Verdict, VerdictKind, Violation};

#[cfg(test)]
pub(crate) use coverage::testing;
