//! A second opinion on a plan, formed without the code that makes plans.
//!
//! It is asked before anything is carried out. What it finds is our mistake, and nothing is written then.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ArchiveReason, Desired, HoldReason, Observed, Plan, Recorded, Records, Step, Times, UpdateReason, Write,
};
use crate::domain::{Compliance, FindingId, RecordState, Scope};

/// An invariant that a plan breaks. Each is a defect of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// The plan is for another account or Region.
    #[error("the plan is for {plan}, and this pass is for {pass}")]
    Scope {
        /// Whom the plan is for.
        plan: Scope,
        /// Whom the pass is for.
        pass: Scope,
    },
    /// One finding has two entries.
    #[error("`{0}` stands in the plan twice")]
    Twice(FindingId),
    /// A finding is to be written under an id that is not its own.
    #[error("`{id}` would be written with the content of `{content}`")]
    Identity {
        /// The entry's id.
        id: FindingId,
        /// The content's.
        content: FindingId,
    },
    /// A finding is written that nobody wants, or closed although somebody does.
    #[error("`{0}` does not stand in the plan as it is desired")]
    Desired(FindingId),
    /// A finding is created that exists, or changed that does not.
    #[error("`{0}` would be created although it exists, or changed although it does not")]
    Existence(FindingId),
    /// Creation or first observation would move, or lie after the update.
    #[error("the creation or first observation of `{0}` would move")]
    Created(FindingId),
    /// The update would not be newer than what is on record.
    #[error("the update of `{0}` would not be newer than what is on record")]
    NotNewer(FindingId),
    /// A finding is closed where this pass did not look.
    #[error("`{0}` would be closed, and this pass did not look there completely")]
    OutsideCoverage(FindingId),
    /// Missing evidence would replace a status that rests on evidence.
    #[error("missing evidence about `{0}` would replace what is known")]
    EvidenceLost(FindingId),
    /// A passed, excepted or unknown finding carries a severity.
    #[error("`{0}` is not a failure and would carry a severity")]
    Severity(FindingId),
    /// A desired or open finding is neither in the plan nor unchanged.
    #[error("the plan accounts for {planned} of {expected} findings")]
    Unaccounted {
        /// Findings that it should account for.
        expected: usize,
        /// Findings that it does account for.
        planned: usize,
    },
}

/// Checks that a plan breaks no invariant.
///
/// # Errors
///
/// Every [`Breach`], in the plan's order; the plan must not be carried out then.
pub fn verify(
    plan: &Plan,
    desired: &[Desired],
    recorded: &Records,
    observed: &Observed,
    scope: &Scope,
) -> Result<(), Vec<Breach>> {
    let mut breaches = Vec::new();
    if plan.scope != *scope {
        breaches.push(Breach::Scope { plan: plan.scope.clone(), pass: scope.clone() });
    }
    let wanted = desired.iter().map(|one| (&one.finding.id, one)).collect::<BTreeMap<_, _>>();
    let mut seen = BTreeSet::new();
    for entry in &plan.entries {
        let id = &entry.id;
        if !seen.insert(id) {
            breaches.push(Breach::Twice(id.clone()));
        }
        let known = recorded.get(id);
        let step = &entry.step;
        if let Some(times) = step.times() {
            check_times(id, times, known, &mut breaches);
        }
        let sound = match step {
            Step::Create(write) => {
                check_write(id, write, &wanted, &mut breaches);
                known.is_none_or(|known| known.at(plan.target).is_none())
            }
            Step::Update { write, why } => {
                check_write(id, write, &wanted, &mut breaches);
                check_evidence(plan, id, write, known, &mut breaches);
                let state = known.and_then(|known| known.at(plan.target));
                state.is_some_and(|state| {
                    (state.record_state == RecordState::Archived) == (*why == UpdateReason::Reopened)
                })
            }
            Step::Archive { recorded, why, .. } => {
                if wanted.contains_key(id) {
                    breaches.push(Breach::Desired(id.clone()));
                }
                if recorded.id != *id {
                    breaches.push(Breach::Identity { id: id.clone(), content: recorded.id.clone() });
                }
                if !was_looked_at(recorded, why, observed) {
                    breaches.push(Breach::OutsideCoverage(id.clone()));
                }
                known.is_some_and(|known| known.is_open_at(plan.target))
            }
            Step::Hold(HoldReason::Unknown(_)) => {
                if wanted.get(id).is_none_or(|one| one.finding.compliance != Compliance::NotAvailable) {
                    breaches.push(Breach::Desired(id.clone()));
                }
                known.is_some()
            }
            Step::Hold(_) => {
                if wanted.contains_key(id) {
                    breaches.push(Breach::Desired(id.clone()));
                }
                known.is_some()
            }
        };
        if !sound {
            breaches.push(Breach::Existence(id.clone()));
        }
    }
    let n_open = recorded
        .iter()
        .filter(|(id, known)| !wanted.contains_key(id) && known.is_open_at(plan.target))
        .count();
    let (expected, planned) = (wanted.len() + n_open, seen.len() + plan.n_unchanged);
    if expected != planned {
        breaches.push(Breach::Unaccounted { expected, planned });
    }
    if breaches.is_empty() { Ok(()) } else { Err(breaches) }
}

fn check_times(id: &FindingId, times: Times, known: Option<&Recorded>, breaches: &mut Vec<Breach>) {
    let Times { created_at, first_observed_at, updated_at } = times;
    let is_moved = match known {
        Some(known) => known.created_at != created_at || known.first_observed_at != first_observed_at,
        None => created_at != updated_at || first_observed_at != created_at,
    };
    if is_moved || created_at > updated_at {
        breaches.push(Breach::Created(id.clone()));
    }
    // Milliseconds are what Security Hub compares.
    let written = updated_at.as_millisecond();
    let sent = |known: &Recorded| known.sent.as_ref().map(|state| state.updated_at.as_millisecond());
    let is_newer = known.is_none_or(|known| {
        known.current.updated_at.as_millisecond() < written && sent(known) < Some(written)
    });
    if !is_newer || updated_at.subsec_nanosecond() % 1_000_000 != 0 {
        breaches.push(Breach::NotNewer(id.clone()));
    }
}

fn check_write(
    id: &FindingId,
    write: &Write,
    wanted: &BTreeMap<&FindingId, &Desired>,
    breaches: &mut Vec<Breach>,
) {
    let finding = &write.finding;
    let own = FindingId::of(&finding.control.id, &finding.resource);
    if finding.id != *id || own != *id {
        breaches.push(Breach::Identity { id: id.clone(), content: own });
    }
    if wanted.get(id).is_none_or(|one| one.finding.compliance != finding.compliance) {
        breaches.push(Breach::Desired(id.clone()));
    }
    let is_failure = finding.compliance == Compliance::Failed;
    if !is_failure && finding.severity != crate::domain::Severity::Informational {
        breaches.push(Breach::Severity(id.clone()));
    }
}

fn check_evidence(
    plan: &Plan,
    id: &FindingId,
    write: &Write,
    known: Option<&Recorded>,
    breaches: &mut Vec<Breach>,
) {
    let rests_on_evidence = known.and_then(|known| known.at(plan.target)).is_some_and(|state| {
        state.record_state == RecordState::Active && state.compliance != Compliance::NotAvailable
    });
    if rests_on_evidence && write.finding.compliance == Compliance::NotAvailable {
        breaches.push(Breach::EvidenceLost(id.clone()));
    }
}

/// Whether this pass can know that a finding is over.
fn was_looked_at(recorded: &Recorded, why: &ArchiveReason, observed: &Observed) -> bool {
    let looked = observed.control(&recorded.generator);
    match why {
        ArchiveReason::ResourceGone => {
            looked.is_some_and(|looked| looked.evaluated.is_ok() && looked.listed.is_ok())
        }
        ArchiveReason::NotApplicable(_) => {
            looked.is_some_and(|looked| looked.evaluated.is_ok())
                && observed.not_applicable(&recorded.id).is_some()
        }
        ArchiveReason::ControlWithdrawn => looked.is_none() && observed.is_whole(recorded.generator.bundle()),
    }
}
