//! What is known about a finding from earlier passes.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::domain::{Compliance, Control, ControlId, FindingId, RecordState, Severity};
use crate::snapshot::Collection;

/// Every finding that is on record for one scope.
pub type Records = BTreeMap<FindingId, Recorded>;

/// What the ledger knows of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The identity.
    pub id: FindingId,
    /// The bundle and control that it came from.
    pub generator: Generator,
    /// The collection of its resource; `None` when this version of the program does not know the collection.
    pub collection: Option<Collection>,
    /// The resource's key in its collection.
    pub resource: String,
    /// Its title, kept because a withdrawn control can no longer give it.
    pub title: String,
    /// Its description, kept because a vanished resource can no longer give it.
    pub description: String,
    /// The severity under which it was last recorded.
    pub severity: Severity,
    /// When it was created; never moves.
    pub created_at: Timestamp,
    /// When its resource was first judged by its control; never moves.
    pub first_observed_at: Timestamp,
    /// What the last pass that touched it made of it. Its time is newer than any that was ever sent, or tried.
    pub current: State,
    /// What Security Hub last acknowledged; `None` when nothing ever was.
    pub sent: Option<State>,
    /// Whether something was sent to Security Hub since, or was about to be, and no answer is on record: the pass was
    /// killed, or the connection broke. Security Hub may then have any state between `sent` and `current`.
    pub unsettled: bool,
}

impl Recorded {
    /// What the target of a plan has of the finding, as far as is known: what was last sent, when no answer came.
    #[must_use]
    pub fn at(&self, target: Target) -> Option<&State> {
        match target {
            Target::Ledger => Some(&self.current),
            Target::SecurityHub if self.unsettled => Some(&self.current),
            Target::SecurityHub => self.sent.as_ref(),
        }
    }

    /// Whether there is something to close: the finding is open there, or may be, or is open on record.
    #[must_use]
    pub fn is_open_at(&self, target: Target) -> bool {
        self.current.is_active()
            || self.at(target).is_some_and(State::is_active)
            || self.is_unsettled_at(target)
    }

    /// Whether nobody knows what the target has.
    #[must_use]
    pub fn is_unsettled_at(&self, target: Target) -> bool {
        self.unsettled && target == Target::SecurityHub
    }
}

/// What changes about a finding over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The status.
    pub compliance: Compliance,
    /// Whether it is current.
    pub record_state: RecordState,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// What was written, times apart.
    pub digest: ContentDigest,
}

impl State {
    /// Whether the finding is open, whatever its status.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.record_state == RecordState::Active
    }
}

/// Where a plan is going to be carried out, and therefore what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Nothing is published: the ledger alone remembers.
    Ledger,
    /// Security Hub, as far as it acknowledged what it was sent.
    SecurityHub,
}

/// The three times of a finding, each in whole milliseconds, as Security Hub keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When the finding was created.
    pub created_at: Timestamp,
    /// When its resource was first judged by its control.
    pub first_observed_at: Timestamp,
    /// When it is written.
    pub updated_at: Timestamp,
}

/// SHA-256 over a finding's published content without its times, in hexadecimal: what decides whether it changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest(String);

impl ContentDigest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes back a digest that was stored or published. Anything else that stood in its place is taken as it is: it
    /// equals no digest, and so costs one more write.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `tidewaiter/<bundle>/<control>`: what Security Hub calls the `GeneratorId`. The bundle's revision is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generator {
    bundle: String,
    control: ControlId,
}

impl Generator {
    /// The longest bundle name that stands in a generator as it is; ASFF allows 512 characters for the whole.
    const LIMIT_BUNDLE: usize = 256;

    /// The generator of a control's findings.
    #[must_use]
    pub fn of(control: &Control) -> Self {
        Self { bundle: Self::bundle_key(&control.bundle.name), control: control.id.clone() }
    }

    /// Takes back a generator that was stored or published; `None` when it is not one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (bundle, control) = text.strip_prefix(FindingId::PREFIX)?.rsplit_once('/')?;
        Some(Self { bundle: bundle.to_owned(), control: ControlId::new(control).ok()? })
    }

    /// The bundle, as [`Self::bundle_key`] writes it.
    #[must_use]
    pub fn bundle(&self) -> &str {
        &self.bundle
    }

    /// The control.
    #[must_use]
    pub fn control(&self) -> &ControlId {
        &self.control
    }

    /// A bundle's name as it stands in generators: hashed when it is too long for one.
    #[must_use]
    pub fn bundle_key(name: &str) -> String {
        if name.chars().count() <= Self::LIMIT_BUNDLE {
            return name.to_owned();
        }
        format!("sha256:{}", ContentDigest::of(name.as_bytes()).as_str())
    }
}

impl fmt::Display for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{}", FindingId::PREFIX, self.bundle, self.control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_is_read_back() {
        let generator = Generator::parse("tidewaiter/aws-baseline/TD01").unwrap();
        assert_eq!((generator.bundle(), generator.control().as_str()), ("aws-baseline", "TD01"));
        assert_eq!(generator.to_string(), "tidewaiter/aws-baseline/TD01");
    }

    #[test]
    fn somebody_elses_generator_is_not_ours() {
        for text in ["prowler-ecs", "tidewaiter", "tidewaiter/TD01", "tidewaiter/bundle/not a control"] {
            assert_eq!(Generator::parse(text), None, "{text}");
        }
    }
}
