//! Each rule of plans, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::testing::{control, excepted, finding, recorded, scope};
use super::*;
use crate::domain::{
    Compliance, ControlId, Exception, ExceptionId, ExceptionKind, Finding, Outcome, RecordState, Severity,
    Verdict, Violation,
};
use crate::snapshot::{Collection, Snapshot};

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn days(days: i64) -> Timestamp {
    noon() + SignedDuration::from_hours(24 * days)
}

fn failed(message: &str) -> Outcome {
    Outcome::Failed(vec![Violation { message: message.to_owned(), evidence: json!({}) }])
}

fn desire(finding: Finding) -> Desired {
    let digest = ContentDigest::of(format!("{finding:?}").as_bytes());
    Desired { finding: Arc::new(finding), digest }
}

/// A finding of SV01 as it was published at noon.
fn published(resource: &str, outcome: Outcome) -> (Records, Desired) {
    let desired = desire(finding(&control("SV01", "base"), resource, outcome));
    let times = Times { created_at: noon(), first_observed_at: noon(), updated_at: noon() };
    let mut record = recorded(&desired.finding, &desired.digest, times);
    record.sent = Some(record.current.clone());
    (BTreeMap::from([(record.id.clone(), record)]), desired)
}

/// Judged SV01 of a whole bundle, completely.
fn observed() -> Observed {
    let looked = Looked { control: control("SV01", "base"), evaluated: Ok(()), listed: Ok(()) };
    Observed::new(["base"], [looked], &[])
}

/// The plan's one entry in words, or `unchanged`; it is shown to the checker.
fn decided(desired: &[Desired], recorded: &Records, observed: &Observed, now: Timestamp) -> String {
    let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let plan = plan(desired, recorded, observed, &scope(), now, settings);
    assert_eq!(verify(&plan, desired, recorded, observed, &scope()), Ok(()));
    assert!(plan.entries.len() <= 1);
    match plan.entries.first() {
        None => "unchanged".to_owned(),
        Some(entry) => format!("{}: {}", entry.step.as_str(), entry.step.why()),
    }
}

#[test]
fn each_verdict_has_its_status_and_only_a_failure_has_a_severity() {
    let excepted = |kind| Outcome::Excepted {
        exception: ExceptionId("e1".to_owned()),
        kind,
        violations: vec![Violation { message: "it fails".to_owned(), evidence: json!({}) }],
    };
    let verdicts = [
        (Outcome::Passed, Some(Compliance::Passed), Severity::Informational),
        (failed("it fails"), Some(Compliance::Failed), Severity::High),
        (
            Outcome::Unknown(vec!["denied".to_owned()]),
            Some(Compliance::NotAvailable),
            Severity::Informational,
        ),
        (excepted(ExceptionKind::RiskAccepted), Some(Compliance::Warning), Severity::Informational),
        (excepted(ExceptionKind::CompensatingControl), Some(Compliance::Warning), Severity::Informational),
        (excepted(ExceptionKind::FalsePositive), Some(Compliance::Passed), Severity::Informational),
        (excepted(ExceptionKind::ManualPass), Some(Compliance::Passed), Severity::Informational),
        (Outcome::NotApplicable("not configured".to_owned()), None, Severity::Informational),
    ];
    let control = control("SV01", "base");
    for (outcome, compliance, severity) in verdicts {
        let verdict = Verdict {
            control: control.id.clone(),
            collection: Collection::Services,
            resource: "arn:a".to_owned(),
            outcome,
        };
        let made = findings(&[verdict], &[Arc::clone(&control)], &[], &testing::snapshot());
        let status = made.first().map(|finding| (finding.compliance, finding.severity));
        assert_eq!(status, compliance.map(|compliance| (compliance, severity)));
    }
}

#[test]
fn a_finding_names_the_exception_that_applies() {
    let exception = Exception {
        id: ExceptionId("EX-7".to_owned()),
        controls: vec![ControlId::new("SV01").unwrap()],
        resources: vec!["*".to_owned()],
        tags: BTreeMap::new(),
        account: None,
        kind: ExceptionKind::RiskAccepted,
        reason: "the shop closes in May".to_owned(),
        owner: "shop@example.org".to_owned(),
        expires: "2027-05-31".parse().unwrap(),
    };
    let outcome = Outcome::Excepted {
        exception: exception.id.clone(),
        kind: exception.kind,
        violations: vec![Violation { message: "it fails".to_owned(), evidence: json!({}) }],
    };
    let finding = excepted(&control("SV01", "base"), "arn:a", outcome, &[exception]);
    assert_eq!(
        description(&finding),
        "exception EX-7 (risk-accepted) by shop@example.org until 2027-05-31: the shop closes in May\nit fails"
    );
}

#[test]
fn findings_carry_the_resource_once_for_all_controls() {
    let snapshot = Snapshot::from_json(
        r#"{"version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-central-1",
            "taken_at": "2026-11-22T08:00:00Z", "ecs": {"services": {"arn:a": {"serviceName": "a"}}}}"#,
    )
    .unwrap();
    let controls = [control("SV02", "base"), control("SV01", "base")];
    let verdicts = controls.clone().map(|control| Verdict {
        control: control.id.clone(),
        collection: Collection::Services,
        resource: "arn:a".to_owned(),
        outcome: Outcome::Passed,
    });
    let made = findings(&verdicts, &controls, &[], &snapshot);
    let ids = made.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["tidewaiter/SV01/arn:a", "tidewaiter/SV02/arn:a"]);
    let bodies = made.iter().map(|finding| finding.body.clone().unwrap()).collect::<Vec<_>>();
    assert!(Arc::ptr_eq(&bodies[0], &bodies[1]));
    assert_eq!(&*bodies[0], r#"{"serviceName": "a"}"#);
}

#[test]
fn a_new_finding_is_created_and_the_same_finding_is_left_alone() {
    let (records, desired) = published("arn:a", Outcome::Passed);
    let desired = [desired];
    assert_eq!(decided(&desired, &Records::new(), &observed(), noon()), "create: ");
    assert_eq!(decided(&desired, &records, &observed(), days(29)), "unchanged");
}

#[test]
fn an_unchanged_finding_is_written_again_before_it_expires() {
    let (records, desired) = published("arn:a", Outcome::Passed);
    let decision = decided(&[desired], &records, &observed(), days(30));
    assert_eq!(decision, "update: it was last written long ago");
}

#[test]
fn a_status_flips_in_place() {
    let (records, _) = published("arn:a", failed("it fails"));
    let fixed = [desire(finding(&control("SV01", "base"), "arn:a", Outcome::Passed))];
    assert_eq!(decided(&fixed, &records, &observed(), days(1)), "update: FAILED → PASSED");
}

#[test]
fn other_text_or_severity_is_a_change_of_the_same_finding() {
    let (records, _) = published("arn:a", failed("one way"));
    let other = [desire(finding(&control("SV01", "base"), "arn:a", failed("another way")))];
    assert_eq!(decided(&other, &records, &observed(), days(1)), "update: its content changed");
    let mut severer = control("SV01", "base");
    Arc::make_mut(&mut severer).severity = Severity::Critical;
    let severer = [desire(finding(&severer, "arn:a", failed("one way")))];
    assert_eq!(decided(&severer, &records, &observed(), days(1)), "update: its content changed");
}

#[test]
fn throttled_describe_holds_the_open_finding() {
    for outcome in [failed("it fails"), Outcome::Passed] {
        let (records, _) = published("arn:a", outcome);
        let unknown = Outcome::Unknown(vec!["ecs:DescribeServices was throttled to the end".to_owned()]);
        let unknown = [desire(finding(&control("SV01", "base"), "arn:a", unknown))];
        let decision = decided(&unknown, &records, &observed(), days(1));
        assert_eq!(decision, "hold: evidence is missing: ecs:DescribeServices was throttled to the end");
    }
}

#[test]
fn what_nobody_ever_saw_is_published_as_not_available() {
    let unknown =
        [desire(finding(&control("SV01", "base"), "arn:a", Outcome::Unknown(vec!["x".to_owned()])))];
    assert_eq!(decided(&unknown, &Records::new(), &observed(), noon()), "create: ");
    let (mut records, _) = published("arn:a", Outcome::Passed);
    archive(&mut records);
    assert_eq!(decided(&unknown, &records, &observed(), days(1)), "update: it is back");
}

fn archive(records: &mut Records) {
    for record in records.values_mut() {
        record.current.record_state = RecordState::Archived;
        record.sent = Some(record.current.clone());
    }
}

#[test]
fn a_resource_that_is_gone_is_archived_and_reopened_when_it_is_back() {
    let (mut records, desired) = published("arn:a", Outcome::Passed);
    assert_eq!(decided(&[], &records, &observed(), days(1)), "archive: the resource no longer exists");
    archive(&mut records);
    assert_eq!(decided(&[], &records, &observed(), days(1)), "unchanged");
    let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let back = plan(&[desired], &records, &observed(), &scope(), days(2), settings);
    assert_eq!(
        back.entries[0].step.times().unwrap(),
        Times { created_at: noon(), first_observed_at: noon(), updated_at: days(2) }
    );
}

#[test]
fn nothing_is_archived_when_its_control_erred_or_its_population_was_not_listed() {
    let (records, _) = published("arn:a", failed("it fails"));
    let look = |evaluated, listed| {
        let looked = Looked { control: control("SV01", "base"), evaluated, listed };
        Observed::new(["base"], [looked], &[])
    };
    assert_eq!(
        decided(&[], &records, &look(Err("it took too long".to_owned()), Ok(())), days(1)),
        "hold: its control could not be evaluated: it took too long"
    );
    assert_eq!(
        decided(&[], &records, &look(Ok(()), Err("ecs:ListServices was denied".to_owned())), days(1)),
        "hold: the resource was not seen, but not all could be listed: ecs:ListServices was denied"
    );
}

#[test]
fn a_withdrawn_control_archives_only_when_its_bundle_was_loaded_whole() {
    let (records, _) = published("arn:a", failed("it fails"));
    let other = Looked { control: control("SV02", "base"), evaluated: Ok(()), listed: Ok(()) };
    let whole = Observed::new(["base"], [other.clone()], &[]);
    assert_eq!(decided(&[], &records, &whole, days(1)), "archive: the control was withdrawn");
    let filtered = Observed::new(Vec::<String>::new(), [other], &[]);
    assert_eq!(decided(&[], &records, &filtered, days(1)), "hold: outside this pass");
}

#[test]
fn a_control_of_another_bundle_closes_nothing() {
    let (records, _) = published("arn:a", failed("it fails"));
    let namesake = Looked { control: control("SV01", "another"), evaluated: Ok(()), listed: Ok(()) };
    let observed = Observed::new(["another"], [namesake], &[]);
    assert_eq!(decided(&[], &records, &observed, days(1)), "hold: outside this pass");
}

#[test]
fn a_control_that_moved_to_another_bundle_takes_its_findings_along() {
    let (records, _) = published("arn:a", failed("it fails"));
    let moved = |listed| {
        let looked = Looked { control: control("SV01", "another"), evaluated: Ok(()), listed };
        Observed::new(["another", "base"], [looked], &[])
    };
    assert_eq!(
        decided(&[], &records, &moved(Err("ecs:ListServices was denied".to_owned())), days(1)),
        "hold: the resource was not seen, but not all could be listed: ecs:ListServices was denied"
    );
    assert_eq!(decided(&[], &records, &moved(Ok(())), days(1)), "archive: the resource no longer exists");
    let found = [desire(finding(&control("SV01", "another"), "arn:a", failed("it fails")))];
    assert_eq!(decided(&found, &records, &moved(Ok(())), days(1)), "update: its content changed");
}

#[test]
fn a_control_that_does_not_apply_archives_with_its_reason() {
    let (records, _) = published("arn:a", failed("it fails"));
    let verdict = Verdict {
        control: ControlId::new("SV01").unwrap(),
        collection: Collection::Services,
        resource: "arn:a".to_owned(),
        outcome: Outcome::NotApplicable("no allow-list is configured".to_owned()),
    };
    // A population that was not listed completely hides other members, not this one.
    let looked =
        Looked { control: control("SV01", "base"), evaluated: Ok(()), listed: Err("a gap".to_owned()) };
    let observed = Observed::new(["base"], [looked], &[verdict]);
    let decision = decided(&[], &records, &observed, days(1));
    assert_eq!(decision, "archive: the control does not apply: no allow-list is configured");
}

#[test]
fn a_clock_that_was_set_back_still_gives_a_newer_update() {
    let (records, _) = published("arn:a", failed("it fails"));
    let fixed = [desire(finding(&control("SV01", "base"), "arn:a", Outcome::Passed))];
    let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let made = plan(&fixed, &records, &observed(), &scope(), days(-3), settings);
    assert_eq!(made.entries[0].step.times().unwrap().updated_at, noon() + SignedDuration::from_millis(1));
}

#[test]
fn an_answer_that_never_came_is_asked_for_again() {
    let (mut records, desired) = published("arn:a", Outcome::Passed);
    for record in records.values_mut() {
        record.unsettled = true;
    }
    let decision = decided(&[desired], &records, &observed(), days(1));
    assert_eq!(decision, "update: it was sent, and the answer never came");
}

#[test]
fn the_checker_refuses_plans_that_break_a_rule() {
    let (records, desired) = published("arn:a", failed("it fails"));
    let fixed = [desire(finding(&control("SV01", "base"), "arn:a", Outcome::Passed))];
    let settings = Settings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let sound = plan(&fixed, &records, &observed(), &scope(), days(1), settings);
    type Spoil = fn(&mut Plan);
    let spoilt: [(Spoil, &str); 6] = [
        (|plan| plan.entries.push(plan.entries[0].clone()), "twice"),
        (|plan| plan.entries.clear(), "accounts for 0 of 1"),
        (|plan| plan.scope.region = crate::domain::Region::new("us-east-1").unwrap(), "this pass is for"),
        (|plan| write(plan).times.updated_at = noon(), "not be newer"),
        (|plan| write(plan).times.created_at = days(1), "would move"),
        (|plan| plan.entries[0].step = Step::Create(write(plan).clone()), "although it exists"),
    ];
    for (spoil, complaint) in spoilt {
        let mut plan = sound.clone();
        spoil(&mut plan);
        let breaches = verify(&plan, &fixed, &records, &observed(), &scope()).unwrap_err();
        let told = breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(told.contains(complaint), "{complaint}: {told}");
    }
    let unwanted = verify(&sound, &[desired], &records, &observed(), &scope()).unwrap_err();
    assert!(matches!(unwanted.as_slice(), [Breach::Desired(_)]), "{unwanted:?}");
}

fn write(plan: &mut Plan) -> &mut Write {
    match &mut plan.entries[0].step {
        Step::Update { write, .. } => write,
        step => panic!("{step:?}"),
    }
}
