//! Which resources a control was known not to judge, for the passes in which that cannot be seen.
//!
//! A resource that its control does not judge has no finding. When the evidence goes missing, so does the knowledge that
//! nothing was to be said: without this memory a denied call would open findings that the next pass would have to close.

use std::collections::BTreeSet;

use super::{Desired, Observed, Records};
use crate::domain::{Compliance, FindingId, Outcome, Verdict};

/// What is desired, without what is unknown about resources that were exempt when they were last seen.
#[must_use]
pub fn without_exempt(
    desired: Vec<Desired>,
    recorded: &Records,
    exempt: &BTreeSet<FindingId>,
) -> Vec<Desired> {
    let is_silent = |one: &Desired| {
        let id = &one.finding.id;
        one.finding.compliance == Compliance::NotAvailable && exempt.contains(id) && !is_open(recorded, id)
    };
    desired.into_iter().filter(|one| !is_silent(one)).collect()
}

fn is_open(recorded: &Records, id: &FindingId) -> bool {
    recorded.get(id).is_some_and(|known| known.current.is_active())
}

/// What to remember after this pass: what it found exempt, and what was exempt before where it could not see.
#[must_use]
pub fn exempt(
    before: &BTreeSet<FindingId>,
    verdicts: &[Verdict],
    observed: &Observed,
) -> BTreeSet<FindingId> {
    let mut exempt = BTreeSet::new();
    let mut judged = BTreeSet::new();
    for verdict in verdicts {
        let id = FindingId::of(&verdict.control, &verdict.resource);
        match &verdict.outcome {
            Outcome::NotApplicable(_) => {
                exempt.insert(id);
            }
            Outcome::Unknown(_) if before.contains(&id) => {
                exempt.insert(id);
            }
            Outcome::Unknown(_) | Outcome::Passed | Outcome::Failed(_) | Outcome::Excepted { .. } => {
                judged.insert(id);
            }
        }
    }
    let unseen = before.iter().filter(|id| !judged.contains(id) && !observed.saw_population_of(id));
    exempt.extend(unseen.cloned());
    exempt
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::ControlId;
    use crate::snapshot::Collection;

    fn verdict(resource: &str, outcome: Outcome) -> Verdict {
        let control = ControlId::new("SV01").unwrap();
        Verdict { control, collection: Collection::Services, resource: resource.into(), outcome }
    }

    fn id(resource: &str) -> FindingId {
        FindingId::of(&ControlId::new("SV01").unwrap(), resource)
    }

    #[test]
    fn an_exemption_outlives_missing_evidence_and_ends_with_a_judgement() {
        let before = BTreeSet::from([id("a"), id("b"), id("c")]);
        let verdicts = [
            verdict("a", Outcome::Unknown(vec!["denied".into()])),
            verdict("b", Outcome::Passed),
            verdict("d", Outcome::NotApplicable("no network of its own".into())),
            verdict("e", Outcome::Unknown(vec!["denied".into()])),
        ];
        // Nothing is known to have been listed completely, so `c` may still be there.
        let after = exempt(&before, &verdicts, &Observed::default());
        assert_eq!(after, BTreeSet::from([id("a"), id("c"), id("d")]));
    }
}
