//! Which resources have no finding on purpose, for the passes in which the reason cannot be seen.
//!
//! A resource that its control does not judge has no finding. When the evidence goes missing, so does the knowledge that
//! nothing was to be said; and about a resource that is new nothing was ever known. Without this memory one denied call
//! would open findings that the next pass would have to close. A finding about missing evidence is therefore opened only
//! when evidence was missing before, too: a permission that is really missing is still missing in the next pass.

use std::collections::BTreeSet;

use super::{Desired, Observed, Records};
use crate::domain::{Compliance, FindingId, Outcome, Verdict};

/// Findings that are not, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silence {
    /// The control did not judge the resource when it was last seen.
    pub not_applicable: BTreeSet<FindingId>,
    /// The last pass could not tell, and there was no finding.
    pub unknown: BTreeSet<FindingId>,
}

impl Silence {
    /// What is desired, without what is better left unsaid.
    #[must_use]
    pub fn keep(&self, desired: Vec<Desired>, recorded: &Records) -> Vec<Desired> {
        let is_silent = |one: &Desired| {
            let id = &one.finding.id;
            one.finding.compliance == Compliance::NotAvailable
                && !is_open(recorded, id)
                && (self.not_applicable.contains(id) || !self.unknown.contains(id))
        };
        desired.into_iter().filter(|one| !is_silent(one)).collect()
    }

    /// What to remember after a pass.
    #[must_use]
    pub fn after(&self, verdicts: &[Verdict], recorded: &Records, observed: &Observed) -> Self {
        let mut after = Self::default();
        let mut judged = BTreeSet::new();
        for verdict in verdicts {
            let id = FindingId::of(&verdict.control, &verdict.resource);
            match &verdict.outcome {
                Outcome::NotApplicable(_) => {
                    after.not_applicable.insert(id);
                }
                Outcome::Unknown(_) if self.not_applicable.contains(&id) => {
                    after.not_applicable.insert(id);
                }
                Outcome::Unknown(_) if !is_open(recorded, &id) => {
                    after.unknown.insert(id);
                }
                Outcome::Unknown(_) | Outcome::Passed | Outcome::Failed(_) | Outcome::Excepted { .. } => {
                    judged.insert(id);
                }
            }
        }
        let unseen = |id: &&FindingId| !judged.contains(*id) && !observed.saw_population_of(id);
        after.not_applicable.extend(self.not_applicable.iter().filter(unseen).cloned());
        after
    }
}

fn is_open(recorded: &Records, id: &FindingId) -> bool {
    recorded.get(id).is_some_and(|known| known.current.is_active())
}

#[cfg(test)]
mod tests {
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

    fn unknown(resource: &str) -> Verdict {
        verdict(resource, Outcome::Unknown(vec!["denied".into()]))
    }

    #[test]
    fn an_exemption_outlives_missing_evidence_and_ends_with_a_judgement() {
        let not_applicable = BTreeSet::from([id("a"), id("b"), id("c")]);
        let before = Silence { not_applicable, unknown: BTreeSet::new() };
        let verdicts = [
            unknown("a"),
            verdict("b", Outcome::Passed),
            verdict("d", Outcome::NotApplicable("no network".into())),
        ];
        // Nothing is known to have been listed completely, so `c` may still be there.
        let after = before.after(&verdicts, &Records::new(), &Observed::default());
        assert_eq!(after.not_applicable, BTreeSet::from([id("a"), id("c"), id("d")]));
        assert_eq!(after.unknown, BTreeSet::new());
    }

    #[test]
    fn missing_evidence_is_remembered_for_one_pass() {
        let once = Silence::default().after(&[unknown("new")], &Records::new(), &Observed::default());
        assert_eq!(once.unknown, BTreeSet::from([id("new")]));
        let healed = once.after(&[verdict("new", Outcome::Passed)], &Records::new(), &Observed::default());
        assert_eq!(healed, Silence::default());
    }
}
