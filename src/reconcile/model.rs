//! Properties of plans, against a small model of Security Hub.
//!
//! The model keeps the rules of Security Hub's user guide, "Using BatchImportFindings": findings are matched by id, an
//! update that is not newer is silently ignored, and the whole finding is replaced. Each plan that is made here is also
//! shown to [`verify`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::testing::{control, finding, scope};
use super::*;
use crate::domain::{
    Compliance, Control, ControlId, Finding, FindingId, Outcome, RecordState, Verdict, Violation,
};
use crate::snapshot::Collection;

const CONTROLS: [&str; 4] = ["TD01", "TD02", "SV01", "SV02"];
const N_RESOURCES: usize = 5;

/// What is true of one resource under one control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Absent,
    NotApplicable,
    Passed,
    Failed(u8),
}

/// What is true, whoever looks. Controls 0 and 1 are in bundle `a`, the others in `b`.
#[derive(Debug, Clone, PartialEq)]
struct World {
    truths: [[Truth; N_RESOURCES]; 4],
    withdrawn: [bool; 4],
}

/// What goes wrong while one pass looks.
#[derive(Debug, Clone)]
struct Faults {
    skipped_bundles: [bool; 2],
    skipped_controls: [bool; 4],
    erring: [bool; 4],
    hidden: [bool; 4],
    unread: [[bool; N_RESOURCES]; 4],
}

impl Faults {
    fn none() -> Self {
        Self {
            skipped_bundles: [false; 2],
            skipped_controls: [false; 4],
            erring: [false; 4],
            hidden: [false; 4],
            unread: [[false; N_RESOURCES]; 4],
        }
    }
}

/// What one pass knows.
struct View {
    desired: Vec<Desired>,
    observed: Observed,
    /// Findings about which this pass may say something.
    looked_at: BTreeSet<FindingId>,
}

fn bundle_of(control: usize) -> usize {
    control / 2
}

fn resource(number: usize) -> String {
    format!("arn:aws:ecs:eu-central-1:111122223333:thing/{number}")
}

fn a_control(number: usize) -> Arc<Control> {
    control(CONTROLS[number], ["a", "b"][bundle_of(number)])
}

fn id(control: usize, number: usize) -> FindingId {
    FindingId::of(&ControlId::new(CONTROLS[control]).unwrap(), &resource(number))
}

/// Looks at the world through the faults, as `policy` does: what cannot be read is unknown, what cannot be listed is not
/// there.
fn look(world: &World, faults: &Faults) -> View {
    let (mut looked, mut verdicts, mut looked_at) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut whole = vec!["a", "b"];
    for (bundle, name) in ["a", "b"].into_iter().enumerate() {
        let is_filtered =
            (0..4).any(|control| bundle_of(control) == bundle && faults.skipped_controls[control]);
        if faults.skipped_bundles[bundle] || is_filtered {
            whole.retain(|kept| *kept != name);
        }
    }
    for number in 0..4 {
        let is_skipped = faults.skipped_bundles[bundle_of(number)] || faults.skipped_controls[number];
        if is_skipped {
            continue;
        }
        if world.withdrawn[number] {
            if whole.contains(&["a", "b"][bundle_of(number)]) {
                looked_at.extend((0..N_RESOURCES).map(|resource| id(number, resource)));
            }
            continue;
        }
        let (erring, hidden) = (faults.erring[number], faults.hidden[number]);
        looked.push(Looked {
            control: a_control(number),
            evaluated: if erring { Err("took too long".to_owned()) } else { Ok(()) },
            listed: if hidden { Err("ecs:ListServices was denied".to_owned()) } else { Ok(()) },
        });
        for (place, truth) in world.truths[number].iter().enumerate() {
            let is_unread = faults.unread[number][place];
            // Half of the members are hidden when a list is cut short.
            let is_listed = !hidden || place % 2 == 0;
            let is_known = if *truth == Truth::Absent { !hidden } else { is_listed && !is_unread };
            if is_known && !erring {
                looked_at.insert(id(number, place));
            }
            let outcome = match truth {
                Truth::Absent => continue,
                _ if !is_listed => continue,
                _ if is_unread || erring => Outcome::Unknown(vec!["could not be read".to_owned()]),
                Truth::NotApplicable => Outcome::NotApplicable("has no containers".to_owned()),
                Truth::Passed => Outcome::Passed,
                Truth::Failed(how) => Outcome::Failed(vec![Violation {
                    message: format!("fails in way {how}"),
                    evidence: serde_json::Value::Null,
                }]),
            };
            verdicts.push(Verdict {
                control: ControlId::new(CONTROLS[number]).unwrap(),
                collection: Collection::Services,
                resource: resource(place),
                outcome,
            });
        }
    }
    let controls = looked.iter().map(|looked: &Looked| Arc::clone(&looked.control)).collect::<Vec<_>>();
    let snapshot = super::testing::snapshot();
    let desired = findings(&verdicts, &controls, &[], &snapshot).into_iter().map(desire).collect();
    View { desired, observed: Observed::new(whole, looked, &verdicts), looked_at }
}

fn desire(finding: Finding) -> Desired {
    let content = format!("{:?} {:?} {:?}", finding.compliance, finding.violations, finding.reasons);
    Desired { finding: Arc::new(finding), digest: ContentDigest::of(content.as_bytes()) }
}

/// What Security Hub keeps of a finding.
#[derive(Debug, Clone, PartialEq)]
struct Stored {
    generator: String,
    compliance: Compliance,
    record_state: RecordState,
    digest: ContentDigest,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Security Hub, as far as its rules matter here.
#[derive(Debug, Clone, Default, PartialEq)]
struct Hub {
    findings: BTreeMap<String, Stored>,
    n_imports: usize,
    moved_creations: usize,
    ignored: usize,
}

impl Hub {
    fn import(&mut self, id: &FindingId, stored: Stored) {
        self.n_imports += 1;
        match self.findings.get(id.as_str()) {
            Some(known) if stored.updated_at <= known.updated_at => self.ignored += 1,
            Some(known) => {
                self.moved_creations += usize::from(known.created_at != stored.created_at);
                self.findings.insert(id.as_str().to_owned(), stored);
            }
            None => {
                self.findings.insert(id.as_str().to_owned(), stored);
            }
        }
    }

    /// Everything but times.
    fn content(&self) -> BTreeMap<&str, (Compliance, RecordState, &ContentDigest)> {
        self.findings
            .iter()
            .filter(|(_, stored)| stored.record_state == RecordState::Active)
            .map(|(id, stored)| (id.as_str(), (stored.compliance, stored.record_state, &stored.digest)))
            .collect()
    }
}

/// The hub, and the ledger as `crate::ledger` keeps it: intent before sending, outcome after each batch.
#[derive(Debug, Clone, Default)]
struct Estate {
    hub: Hub,
    ledger: Records,
}

impl Estate {
    /// Makes a plan, shows it to the checker, and carries it out; stops after `n_sent` writes, without settling the last.
    fn pass(&mut self, view: &View, now: Timestamp, n_sent: usize) -> Plan {
        let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
        let plan = plan(&view.desired, &self.ledger, &view.observed, &scope(), now, settings);
        assert_eq!(verify(&plan, &view.desired, &self.ledger, &view.observed, &scope()), Ok(()));
        for entry in &plan.entries {
            if let Some(mut recorded) = self.after(entry) {
                recorded.unsettled = true;
                self.ledger.insert(entry.id.clone(), recorded);
            }
        }
        for (number, entry) in plan.writes().enumerate() {
            if number >= n_sent {
                break;
            }
            let recorded = self.ledger.get_mut(&entry.id).unwrap();
            let State { compliance, record_state, updated_at, digest } = recorded.current.clone();
            let created_at = entry.step.times().unwrap().created_at;
            let generator = recorded.generator.to_string();
            self.hub.import(
                &entry.id,
                Stored { generator, compliance, record_state, digest, created_at, updated_at },
            );
            if number + 1 < n_sent {
                recorded.sent = Some(recorded.current.clone());
                recorded.unsettled = false;
            }
        }
        plan
    }

    fn after(&self, entry: &Entry) -> Option<Recorded> {
        let mut recorded = match &entry.step {
            Step::Create(write) | Step::Update { write, .. } => {
                super::testing::recorded(&write.finding, &write.digest, write.times)
            }
            Step::Archive { recorded, times, .. } => {
                let mut recorded = Recorded::clone(recorded);
                recorded.current.record_state = RecordState::Archived;
                recorded.current.updated_at = times.updated_at;
                recorded
            }
            Step::Hold(_) => return None,
        };
        if let Some(known) = self.ledger.get(&entry.id) {
            (recorded.sent, recorded.unsettled) = (known.sent.clone(), known.unsettled);
        }
        Some(recorded)
    }

    /// Forgets the ledger and reads it back from the hub.
    fn lose_the_ledger(&mut self) {
        let stored = self.hub.findings.iter();
        self.ledger = stored
            .map(|(id, stored)| {
                let id = FindingId::parse(id).unwrap();
                let state = State {
                    compliance: stored.compliance,
                    record_state: stored.record_state,
                    updated_at: stored.updated_at,
                    digest: stored.digest.clone(),
                };
                let known = &self.ledger[&id];
                let recorded = Recorded {
                    created_at: stored.created_at,
                    current: state.clone(),
                    sent: Some(state),
                    unsettled: false,
                    ..known.clone()
                };
                (id, recorded)
            })
            .collect();
    }
}

const ALL: usize = usize::MAX;

fn noon() -> Timestamp {
    "2026-11-22T12:00:00.1234567Z".parse().unwrap()
}

fn hours_later(hours: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(hours)
}

fn truth() -> impl Strategy<Value = Truth> {
    prop_oneof![
        Just(Truth::Absent),
        Just(Truth::NotApplicable),
        Just(Truth::Passed),
        (0..3_u8).prop_map(Truth::Failed),
    ]
}

/// Vectors rather than arrays, whose value trees overflow the stack of a test's thread.
fn many<T: std::fmt::Debug + Clone>(
    of: impl Strategy<Value = T>,
) -> impl Strategy<Value = [[T; N_RESOURCES]; 4]> {
    prop::collection::vec(of, 4 * N_RESOURCES).prop_map(|all| {
        std::array::from_fn(|row| std::array::from_fn(|at| all[row * N_RESOURCES + at].clone()))
    })
}

fn world() -> impl Strategy<Value = World> {
    let withdrawn = prop::collection::vec(prop::bool::weighted(0.1), 4);
    (many(truth()), withdrawn)
        .prop_map(|(truths, withdrawn)| World { truths, withdrawn: withdrawn.try_into().unwrap() })
}

fn faults() -> impl Strategy<Value = Faults> {
    let rarely = || prop::bool::weighted(0.2);
    (prop::collection::vec(rarely(), 14), many(rarely())).prop_map(|(rest, unread)| Faults {
        skipped_bundles: std::array::from_fn(|at| rest[at]),
        skipped_controls: std::array::from_fn(|at| rest[2 + at]),
        erring: std::array::from_fn(|at| rest[6 + at]),
        hidden: std::array::from_fn(|at| rest[10 + at]),
        unread,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_second_pass_over_an_unchanged_estate_writes_nothing(worlds in prop::collection::vec((world(), faults()), 1..4)) {
        let mut estate = Estate::default();
        for (hour, (world, faults)) in (0..).zip(&worlds) {
            let view = look(world, faults);
            estate.pass(&view, hours_later(hour), ALL);
            let before = estate.hub.n_imports;
            let again = estate.pass(&view, hours_later(hour), ALL);
            prop_assert!(again.is_empty(), "{again:?}");
            prop_assert_eq!(estate.hub.n_imports, before);
        }
    }

    #[test]
    fn the_order_of_findings_makes_no_difference(
        first in world(),
        second in world(),
        faults in faults(),
        order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut estate = Estate::default();
        estate.pass(&look(&first, &Faults::none()), noon(), ALL);
        let view = look(&second, &faults);
        let shuffled = order.iter().filter_map(|place| view.desired.get(*place).cloned()).collect::<Vec<_>>();
        let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
        let make = |desired: &[Desired]| {
            plan(desired, &estate.ledger, &view.observed, &scope(), hours_later(1), settings)
        };
        prop_assert_eq!(format!("{:?}", make(&view.desired)), format!("{:?}", make(&shuffled)));
    }

    #[test]
    fn nothing_is_closed_or_overturned_where_nobody_looked(
        first in world(),
        second in world(),
        faults in faults(),
    ) {
        let mut estate = Estate::default();
        estate.pass(&look(&first, &Faults::none()), noon(), ALL);
        let before = estate.hub.findings.clone();
        let view = look(&second, &faults);
        estate.pass(&view, hours_later(1), ALL);
        for (id, stored) in &before {
            if stored.record_state == RecordState::Active && !view.looked_at.contains(&FindingId::parse(id).unwrap()) {
                prop_assert_eq!(stored, &estate.hub.findings[id]);
            }
        }
    }

    #[test]
    fn once_the_gaps_heal_the_hub_is_as_if_there_had_been_none(
        passes in prop::collection::vec((world(), faults()), 1..5),
        last in world(),
    ) {
        let mut estate = Estate::default();
        for (hour, (world, faults)) in (0..).zip(&passes) {
            estate.pass(&look(world, faults), hours_later(hour), ALL);
        }
        let healed = look(&last, &Faults::none());
        estate.pass(&healed, hours_later(100), ALL);
        let mut faultless = Estate::default();
        faultless.pass(&healed, hours_later(100), ALL);
        prop_assert_eq!(estate.hub.content(), faultless.hub.content());
        prop_assert_eq!(estate.hub.ignored, 0);
        prop_assert_eq!(estate.hub.moved_creations, 0);
    }

    #[test]
    fn a_pass_that_is_killed_anywhere_is_made_good_by_the_next(
        passes in prop::collection::vec((world(), faults(), 0..25_usize, -2..3_i64), 1..5),
        last in world(),
    ) {
        let mut estate = Estate::default();
        for (world, faults, n_sent, clock) in &passes {
            // The clock may be set back between passes.
            estate.pass(&look(world, faults), hours_later(*clock), *n_sent);
        }
        let healed = look(&last, &Faults::none());
        estate.pass(&healed, noon(), ALL);
        prop_assert!(estate.pass(&healed, noon(), ALL).is_empty());
        let mut faultless = Estate::default();
        faultless.pass(&healed, noon(), ALL);
        prop_assert_eq!(estate.hub.content(), faultless.hub.content());
        prop_assert_eq!((estate.hub.ignored, estate.hub.moved_creations), (0, 0));
    }

    #[test]
    fn a_lost_ledger_costs_nothing_but_a_bootstrap(
        passes in prop::collection::vec((world(), faults()), 1..4),
    ) {
        let mut estate = Estate::default();
        let mut view = None;
        for (hour, (world, faults)) in (0..).zip(&passes) {
            let seen = look(world, faults);
            estate.pass(&seen, hours_later(hour), ALL);
            view = Some(seen);
        }
        estate.lose_the_ledger();
        let again = estate.pass(&view.unwrap(), hours_later(10), ALL);
        prop_assert!(again.is_empty(), "{again:?}");
    }

    #[test]
    fn a_pass_that_publishes_nothing_in_between_changes_nothing_for_good(
        first in world(), between in world(), last in world(), faults in faults(),
    ) {
        let mut estate = Estate::default();
        estate.pass(&look(&first, &Faults::none()), noon(), ALL);
        let view = look(&between, &faults);
        let settings = Settings { target: Target::Ledger, heartbeat: default_heartbeat() };
        let silent = plan(&view.desired, &estate.ledger, &view.observed, &scope(), hours_later(1), settings);
        prop_assert_eq!(verify(&silent, &view.desired, &estate.ledger, &view.observed, &scope()), Ok(()));
        for entry in &silent.entries {
            if let Some(recorded) = estate.after(entry) {
                estate.ledger.insert(entry.id.clone(), recorded);
            }
        }
        let again = plan(&view.desired, &estate.ledger, &view.observed, &scope(), hours_later(1), settings);
        prop_assert!(again.is_empty());
        let healed = look(&last, &Faults::none());
        estate.pass(&healed, hours_later(2), ALL);
        let mut faultless = Estate::default();
        faultless.pass(&healed, hours_later(2), ALL);
        prop_assert_eq!(estate.hub.content(), faultless.hub.content());
        prop_assert_eq!((estate.hub.ignored, estate.hub.moved_creations), (0, 0));
    }
}

#[test]
fn the_checker_sees_a_finding_that_is_closed_outside_coverage() {
    let mut truths = [[Truth::Absent; N_RESOURCES]; 4];
    truths[0][0] = Truth::Failed(1);
    let mut estate = Estate::default();
    let world = World { truths, withdrawn: [false; 4] };
    estate.pass(&look(&world, &Faults::none()), noon(), ALL);
    let gone = World { truths: [[Truth::Absent; N_RESOURCES]; 4], withdrawn: [false; 4] };
    let whole = look(&gone, &Faults::none());
    let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let closing = plan(&whole.desired, &estate.ledger, &whole.observed, &scope(), hours_later(1), settings);
    assert_eq!(closing.entries.len(), 1);
    let blind = look(&gone, &Faults { hidden: [true; 4], ..Faults::none() });
    let breaches = verify(&closing, &blind.desired, &estate.ledger, &blind.observed, &scope()).unwrap_err();
    assert!(matches!(breaches.as_slice(), [Breach::OutsideCoverage(_)]), "{breaches:?}");
    let late = finding(&a_control(0), &resource(0), Outcome::Passed);
    let wanted = [desire(late)];
    let breaches = verify(&closing, &wanted, &estate.ledger, &whole.observed, &scope()).unwrap_err();
    assert!(breaches.iter().any(|breach| matches!(breach, Breach::Desired(_))), "{breaches:?}");
}
