//! The plan: each write by name, and each finding that is left alone on purpose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{ContentDigest, Observed, Recorded, Records, Target, Times};
use crate::domain::{Compliance, Control, Finding, FindingId, Scope};

/// How long an unchanged finding may stay unwritten: 30 days. Security Hub deletes an active finding 90 days after its
/// last update (user guide, "Understanding findings"), and a job that fails for a month still has one to be repaired in.
#[must_use]
pub fn default_heartbeat() -> SignedDuration {
    SignedDuration::from_hours(30 * 24)
}

/// A finding as it should be, with the digest of what would be published.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The finding.
    pub finding: Arc<Finding>,
    /// Its content's digest.
    pub digest: ContentDigest,
}

/// What a plan is made for.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Where it is going to be carried out.
    pub target: Target,
    /// The age at which an unchanged finding is written again.
    pub heartbeat: SignedDuration,
}

/// What is to be done about the findings of one scope, sorted by id.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose findings they are.
    pub scope: Scope,
    /// Where the plan is to be carried out.
    pub target: Target,
    /// One entry per finding that is written, or held.
    pub entries: Vec<Entry>,
    /// Findings that are as they should be.
    pub n_unchanged: usize,
}

impl Plan {
    /// The entries that write.
    pub fn writes(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !matches!(entry.step, Step::Hold(_)))
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes().next().is_none()
    }
}

/// What is to be done about one finding.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The finding.
    pub id: FindingId,
    /// The step.
    pub step: Step,
}

/// One step of a plan.
#[derive(Debug, Clone)]
pub enum Step {
    /// The target does not have the finding.
    Create(Write),
    /// The target has the finding otherwise.
    Update {
        /// What to write.
        write: Write,
        /// What is different.
        why: UpdateReason,
    },
    /// The finding is over.
    Archive {
        /// The finding as it is on record.
        recorded: Box<Recorded>,
        /// Its control, unless that was withdrawn.
        control: Option<Arc<Control>>,
        /// The times to write.
        times: Times,
        /// Why.
        why: ArchiveReason,
    },
    /// The target keeps what it has, although this pass does not confirm it.
    Hold(HoldReason),
}

impl Step {
    /// The times that are written, when something is.
    #[must_use]
    pub fn times(&self) -> Option<Times> {
        match self {
            Self::Create(write) | Self::Update { write, .. } => Some(write.times),
            Self::Archive { times, .. } => Some(*times),
            Self::Hold(_) => None,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update { .. } => "update",
            Self::Archive { .. } => "archive",
            Self::Hold(_) => "hold",
        }
    }

    /// Why, in words; empty for a creation.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Create(_) => String::new(),
            Self::Update { why, .. } => why.to_string(),
            Self::Archive { why, .. } => why.to_string(),
            Self::Hold(why) => why.to_string(),
        }
    }
}

/// A finding and the times that it is written with.
#[derive(Debug, Clone)]
pub struct Write {
    /// The finding.
    pub finding: Arc<Finding>,
    /// Its content's digest.
    pub digest: ContentDigest,
    /// Its times.
    pub times: Times,
}

/// What came of one write of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOutcome {
    /// The finding.
    pub id: FindingId,
    /// The answer.
    pub answer: Answer,
}

/// What the target said to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took it.
    Accepted,
    /// It did not, also when the finding was sent on its own.
    Refused(Refusal),
    /// It did not say, and so the write may have arrived.
    Missing(Refusal),
}

/// Why a write was not taken, or not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// AWS's error code, or ours where there was no answer.
    pub code: String,
    /// AWS's words, or the cause.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// Why a finding is written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateReason {
    /// Its status is another one.
    Flipped {
        /// What it was.
        from: Compliance,
        /// What it is.
        to: Compliance,
    },
    /// Its status is the same, and its text, evidence or resource is not.
    Changed,
    /// It was archived, and its resource or control is back.
    Reopened,
    /// It was sent by an earlier pass that never learned whether it arrived.
    Unsettled,
    /// Nothing changed, and it was not written for so long that it would expire.
    Heartbeat,
}

impl fmt::Display for UpdateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flipped { from, to } => write!(f, "{} → {}", from.as_str(), to.as_str()),
            Self::Changed => f.write_str("its content changed"),
            Self::Reopened => f.write_str("it is back"),
            Self::Unsettled => f.write_str("it was sent, and the answer never came"),
            Self::Heartbeat => f.write_str("it was last written long ago"),
        }
    }
}

/// Why a finding is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveReason {
    /// Its resource no longer exists.
    ResourceGone,
    /// Its bundle no longer has its control, or no longer enables it.
    ControlWithdrawn,
    /// Its control does not judge the resource; the policy says why.
    NotApplicable(String),
}

impl fmt::Display for ArchiveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceGone => f.write_str("the resource no longer exists"),
            Self::ControlWithdrawn => f.write_str("the control was withdrawn"),
            Self::NotApplicable(reason) => write!(f, "the control does not apply: {reason}"),
        }
    }
}

/// Why a finding is left as it is although this pass does not confirm it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldReason {
    /// Evidence about the resource is missing.
    Unknown(Vec<String>),
    /// Its control could not be evaluated, and the resource was not seen.
    NotEvaluated(String),
    /// The resource was not seen, and its population could not be listed completely.
    NotListed(String),
    /// This pass did not judge its control.
    OutsidePass,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(reasons) => write!(f, "evidence is missing: {}", reasons.join("; ")),
            Self::NotEvaluated(error) => write!(f, "its control could not be evaluated: {error}"),
            Self::NotListed(reason) => {
                write!(f, "the resource was not seen, but not all could be listed: {reason}")
            }
            Self::OutsidePass => f.write_str("outside this pass"),
        }
    }
}

/// Makes the plan that takes the target from what it has to what is desired, as far as this pass can tell.
///
/// The order of `desired` makes no difference.
#[must_use]
pub fn plan(
    desired: &[Desired],
    recorded: &Records,
    observed: &Observed,
    scope: &Scope,
    now: Timestamp,
    settings: Settings,
) -> Plan {
    // A finding that is named twice is the caller's mistake; the choice does not depend on the order at least.
    let mut wanted = BTreeMap::<&FindingId, &Desired>::new();
    for one in desired {
        let kept = wanted.entry(&one.finding.id).or_insert(one);
        if one.digest < kept.digest {
            *kept = one;
        }
    }
    let now = whole_milliseconds(now);
    let mut entries = BTreeMap::new();
    let mut n_unchanged = 0;
    for (id, desired) in &wanted {
        match confront(desired, recorded.get(*id), now, settings) {
            Some(step) => {
                entries.insert((*id).clone(), step);
            }
            None => n_unchanged += 1,
        }
    }
    for (id, known) in recorded {
        if known.is_open_at(settings.target) && !wanted.contains_key(id) {
            entries.insert(id.clone(), close(known, observed, now));
        }
    }
    let entries = entries.into_iter().map(|(id, step)| Entry { id, step }).collect();
    Plan { scope: scope.clone(), target: settings.target, entries, n_unchanged }
}

/// What to do about a finding that is desired; `None` when it is as it should be.
fn confront(desired: &Desired, known: Option<&Recorded>, now: Timestamp, settings: Settings) -> Option<Step> {
    let Desired { finding, digest } = desired;
    let write = || Write { finding: Arc::clone(finding), digest: digest.clone(), times: times(known, now) };
    let update = |why| Some(Step::Update { write: write(), why });
    let Some(state) = known.and_then(|known| known.at(settings.target)) else {
        return Some(Step::Create(write()));
    };
    if !state.is_active() {
        return update(UpdateReason::Reopened);
    }
    let (from, to) = (state.compliance, finding.compliance);
    if to == Compliance::NotAvailable && from != to {
        return Some(Step::Hold(HoldReason::Unknown(finding.reasons.clone())));
    }
    if from != to {
        return update(UpdateReason::Flipped { from, to });
    }
    // What is on record can differ from what was sent: a pass that published nothing came between, or one was killed.
    let is_recorded = known.is_some_and(|known| known.current.is_active() && known.current.digest == *digest);
    if state.digest != *digest || !is_recorded {
        return update(UpdateReason::Changed);
    }
    if known.is_some_and(|known| known.is_unsettled_at(settings.target)) {
        return update(UpdateReason::Unsettled);
    }
    if now.duration_since(state.updated_at) >= settings.heartbeat {
        return update(UpdateReason::Heartbeat);
    }
    None
}

/// What to do about an open finding that is not desired.
fn close(known: &Recorded, observed: &Observed, now: Timestamp) -> Step {
    let archive = |control: Option<&Arc<Control>>, why| Step::Archive {
        recorded: Box::new(known.clone()),
        control: control.cloned(),
        times: times(Some(known), now),
        why,
    };
    let Some(looked) = observed.control(&known.generator) else {
        return if observed.is_whole(known.generator.bundle()) {
            archive(None, ArchiveReason::ControlWithdrawn)
        } else {
            Step::Hold(HoldReason::OutsidePass)
        };
    };
    if let Err(error) = &looked.evaluated {
        return Step::Hold(HoldReason::NotEvaluated(error.clone()));
    }
    if let Some(reason) = observed.not_applicable(&known.id) {
        return archive(Some(&looked.control), ArchiveReason::NotApplicable(reason.to_owned()));
    }
    match &looked.listed {
        Ok(()) => archive(Some(&looked.control), ArchiveReason::ResourceGone),
        Err(reason) => Step::Hold(HoldReason::NotListed(reason.clone())),
    }
}

/// The times of a write: creation and first observation as they are on record, the update newer than any before it.
///
/// Security Hub silently ignores an update that is not newer than what it has, so a clock that was set back must not
/// decide.
fn times(known: Option<&Recorded>, now: Timestamp) -> Times {
    let Some(known) = known else {
        return Times { created_at: now, first_observed_at: now, updated_at: now };
    };
    let next =
        known.current.updated_at.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    Times {
        created_at: known.created_at,
        first_observed_at: known.first_observed_at,
        updated_at: now.max(next),
    }
}

/// The time without what is below a millisecond, which Security Hub would round away.
fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
