//! What this pass looked at: the scope in which absence means something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Generator;
use crate::domain::{Control, ControlId, FindingId, Outcome, Verdict};

/// How completely one control was judged in this pass.
///
/// Both fields have to be given: nothing is taken for looked at because somebody forgot to say otherwise.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The control.
    pub control: Arc<Control>,
    /// Whether the policy was evaluated; the error otherwise.
    pub evaluated: Result<(), String>,
    /// Whether each member of the population is known; otherwise why some may exist that nobody saw.
    pub listed: Result<(), String>,
}

/// Everything that this pass looked at.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    whole_bundles: BTreeSet<String>,
    controls: BTreeMap<ControlId, Looked>,
    not_applicable: BTreeMap<FindingId, String>,
}

impl Observed {
    /// What was looked at.
    ///
    /// `whole_bundles` are the names of bundles of which every enabled control was judged: a bundle that was filtered by the
    /// command line or a schedule is not one of them. `looked` are the controls that were judged, and `verdicts` their
    /// verdicts.
    pub fn new(
        whole_bundles: impl IntoIterator<Item = impl AsRef<str>>,
        looked: impl IntoIterator<Item = Looked>,
        verdicts: &[Verdict],
    ) -> Self {
        let not_applicable = verdicts.iter().filter_map(|verdict| match &verdict.outcome {
            Outcome::NotApplicable(reason) => {
                Some((FindingId::of(&verdict.control, &verdict.resource), reason.clone()))
            }
            _ => None,
        });
        Self {
            whole_bundles: whole_bundles
                .into_iter()
                .map(|name| Generator::bundle_key(name.as_ref()))
                .collect(),
            controls: looked.into_iter().map(|looked| (looked.control.id.clone(), looked)).collect(),
            not_applicable: not_applicable.collect(),
        }
    }

    /// How the control of a recorded finding was judged; `None` when it was not.
    ///
    /// Another bundle's control that has the same id is that control only when its own bundle was there and no longer holds
    /// it: then it moved.
    #[must_use]
    pub fn control(&self, generator: &Generator) -> Option<&Looked> {
        self.controls.get(generator.control()).filter(|looked| {
            Generator::bundle_key(&looked.control.bundle.name) == generator.bundle()
                || self.is_whole(generator.bundle())
        })
    }

    /// Whether every enabled control of the bundle was judged.
    #[must_use]
    pub fn is_whole(&self, bundle: &str) -> bool {
        self.whole_bundles.contains(bundle)
    }

    /// Whether each member of the population of the finding's control was seen, so that one that is not among them is gone.
    #[must_use]
    pub fn saw_population_of(&self, finding_id: &FindingId) -> bool {
        let looked = finding_id.control().and_then(|control_id| self.controls.get(&control_id));
        looked.is_some_and(|looked| looked.evaluated.is_ok() && looked.listed.is_ok())
    }

    /// Why the control of this finding does not judge its resource, when it said so in this pass.
    #[must_use]
    pub fn not_applicable(&self, finding_id: &FindingId) -> Option<&str> {
        self.not_applicable.get(finding_id).map(String::as_str)
    }
}
