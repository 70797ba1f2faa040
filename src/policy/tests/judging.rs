//! Judging: verdicts, missing evidence, exceptions, and controls that fail.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use super::{COMPLETE, DENIES_BAD, Fixture, control_id, document, judged, judged_with, summary};
use crate::domain::{Exception, ExceptionId, ExceptionKind};
use crate::policy::{Options, judge};
use crate::snapshot::Usage;

const THREE: &str = r#"{"a": {"clusterArn": "c1", "bad": true}, "b": {"clusterArn": "c1"}, "c": {"clusterArn": "c2", "off": true}}"#;

const EXCLUDES_OFF: &str = r#"
exclude contains {"resource": arn, "reason": "it is off"} if {
	some arn, service in input.ecs.services
	service.off == true
}
"#;

/// A control that denies bad services, excludes those that are off, and looks into another collection.
fn joined(collection: &str) -> String {
    format!(
        "{DENIES_BAD}{EXCLUDES_OFF}\ndeny contains v if {{\n\tsome v in input.{collection}\n\tv == 1\n}}\n"
    )
}

fn gap(scope: &str, ids: &str, kind: &str, action: &str) -> String {
    format!(
        r#"{{"scope": "{scope}", "ids": [{ids}], "operation": "x:Describe", "kind": "{kind}", "code": "C", "message": "", "action": {action}}}"#
    )
}

fn check(policy: &str, in_ecs: &str, coverage: &str) -> String {
    let bundles = Fixture::new().with_control("XX01", "a", policy).load();
    summary(&judged(&bundles, &document(THREE, in_ecs, coverage)))
}

#[test]
fn every_member_gets_one_verdict() {
    let coverage = COMPLETE;
    insta::assert_snapshot!(check(&format!("{DENIES_BAD}{EXCLUDES_OFF}"), "", coverage), @r"
        XX01 a failed a is bad
        XX01 b passed
        XX01 c not_applicable it is off
        ");
}

#[test]
fn a_violation_outweighs_an_exclusion() {
    let policy = format!(
        "{DENIES_BAD}\nexclude contains {{\"resource\": arn, \"reason\": \"no\"}} if some arn, _ in input.ecs.services\n"
    );
    assert!(check(&policy, "", COMPLETE).starts_with("XX01 a failed a is bad\nXX01 b not_applicable no\n"));
}

#[test]
fn a_listed_member_that_could_not_be_read_is_unknown() {
    let gap = gap("c1", r#""b", "z""#, "throttled", "null");
    let coverage = format!(r#"{{"ecs.services": {{"status": "partial", "gaps": [{gap}]}}}}"#);
    insta::assert_snapshot!(check(DENIES_BAD, "", &coverage), @r"
        XX01 a failed a is bad
        XX01 b unknown ecs.services: x:Describe was throttled to the end (C)
        XX01 c passed
        XX01 z unknown ecs.services: x:Describe was throttled to the end (C)
        ");
}

#[test]
fn members_that_nobody_has_seen_are_hidden_and_get_no_verdict() {
    let gap = gap("c3", "", "denied", r#""x:Describe""#);
    let coverage = format!(r#"{{"ecs.services": {{"status": "partial", "gaps": [{gap}]}}}}"#);
    insta::assert_snapshot!(check(DENIES_BAD, "", &coverage), @r"
        XX01 a failed a is bad
        XX01 b passed
        XX01 c passed
        hidden XX01 ecs.services: x:Describe was denied (missing IAM action x:Describe)
        ");
}

#[test]
fn a_population_that_nobody_asked_for_is_hidden_whole() {
    assert_eq!(check(DENIES_BAD, "", "{}"), "hidden XX01 ecs.services: was not asked for");
}

#[test]
fn missing_joined_evidence_leaves_violations_and_takes_passes_and_exclusions() {
    let gap = gap("*", "", "denied", r#""x:Describe""#);
    let coverage = format!(
        r#"{{"ecs.services": {{"status": "complete"}}, "ec2.subnets": {{"status": "denied", "gaps": [{gap}]}}}}"#
    );
    insta::assert_snapshot!(check(&joined("ec2.subnets"), "", &coverage), @r"
        XX01 a failed a is bad
        XX01 b unknown ec2.subnets: x:Describe was denied (missing IAM action x:Describe)
        XX01 c unknown ec2.subnets: x:Describe was denied (missing IAM action x:Describe)
        ");
}

#[test]
fn a_joined_collection_that_was_not_asked_for_makes_unknown() {
    insta::assert_snapshot!(check(&joined("ec2.subnets"), "", COMPLETE), @r"
        XX01 a failed a is bad
        XX01 b unknown ec2.subnets: was not asked for
        XX01 c unknown ec2.subnets: was not asked for
        ");
}

#[test]
fn a_gap_of_one_cluster_touches_that_cluster() {
    let gap = gap("c1", "", "throttled", "null");
    let coverage = format!(
        r#"{{"ecs.services": {{"status": "complete"}}, "ecs.tasks": {{"status": "partial", "gaps": [{gap}]}}}}"#
    );
    insta::assert_snapshot!(check(&joined("ecs.tasks"), "", &coverage), @r"
        XX01 a failed a is bad
        XX01 b unknown ecs.tasks: x:Describe was throttled to the end (C)
        XX01 c not_applicable it is off
        ");
}

/// Denies services whose definition runs no tasks, as far as `input.usage` knows.
const DENIES_IDLE: &str = r#"deny contains violation if {
	some arn, service in input.ecs.services
	count(input.usage[service.td].tasks) == 0
	violation := {"resource": arn, "message": sprintf("%s is idle", [arn])}
}
"#;

#[test]
fn a_gap_in_what_usage_is_made_from_leaves_no_verdict_about_anybody() {
    let bundles = Fixture::new().with_control("XX01", "a", DENIES_IDLE).load();
    let services = r#"{"a": {"clusterArn": "c1", "td": "t:1"}, "b": {"clusterArn": "c2", "td": "t:2"}}"#;
    let busy = Usage { tasks: vec!["task".to_owned()], ..Usage::default() };
    let usage = BTreeMap::from([("t:1".to_owned(), Usage::default()), ("t:2".to_owned(), busy)]);
    let made_from = [
        "ecs.services",
        "ecs.task_definitions",
        "ecs.task_sets",
        "ecs.tasks",
        "events.rules",
        "scheduler.schedules",
    ];
    let summary_with = |partial: &str, gap: &str| {
        let covered = made_from.map(|path| match path {
            _ if path == partial => format!(r#""{path}": {{"status": "partial", "gaps": [{gap}]}}"#),
            _ => format!(r#""{path}": {{"status": "complete"}}"#),
        });
        let mut snapshot = document(services, "", &format!("{{{}}}", covered.join(", ")));
        snapshot.usage.clone_from(&usage);
        summary(&judged(&bundles, &snapshot))
    };
    assert_eq!(summary_with("", ""), "XX01 a failed a is idle\nXX01 b passed");
    for path in made_from {
        for gap in [
            gap("*", "", "denied", "null"),
            gap("c3", "", "timeout", "null"),
            gap("*", r#""z""#, "server", "null"),
        ] {
            let summary = summary_with(path, &gap);
            for service in ["a", "b"] {
                let unknown = format!("XX01 {service} unknown {path}: x:Describe");
                assert!(summary.contains(&unknown), "{path} {gap}: {summary}");
            }
        }
    }
}

#[test]
fn the_account_needs_no_coverage() {
    let policy = "deny contains {\"resource\": id, \"message\": \"no\"} if {\n\tsome id, _ in input.accounts\n\tinput.region == \"x\"\n}\n";
    let bundles = Fixture::new().with_control_of("XX01", "a", "accounts", policy).load();
    assert_eq!(
        summary(&judged(&bundles, &document("{}", "", "{}"))),
        "XX01 AWS::::Account:111122223333 passed"
    );
}

#[test]
fn a_control_that_fails_takes_its_own_population_and_nothing_else() {
    let fixture = Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with_control("XX02", "b", "deny contains x if {\n\tsome arn, _ in input.ecs.services\n\tx := to_number(arn)\n}\n")
        .with_control("XX03", "c", "deny contains {\"resource\": \"nobody\", \"message\": \"x\"}\n")
        .with_control("XX04", "d", &format!("{DENIES_BAD}\nexclude contains 1\n"))
        .with_control("XX05", "e", "deny contains x if {\n\tx := [1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000)]\n}\n");
    let bundles = fixture.load();
    let options = Options { time_limit: Duration::from_millis(300), ..Options::default() };
    let judgement = judge(
        &bundles,
        &document(THREE, "", COMPLETE),
        &[],
        "2026-11-22T09:00:00Z".parse().unwrap(),
        &options,
    );
    let summary = summary(&judgement).replace(&fixture.0.path().display().to_string(), "");
    insta::assert_snapshot!(summary, @r"
        XX01 a failed a is bad
        XX01 b passed
        XX01 c passed
        XX02 a unknown the control could not be evaluated: could not parse string as number (/controls/service/b/b.rego:16:20)
        XX02 b unknown the control could not be evaluated: could not parse string as number (/controls/service/b/b.rego:16:20)
        XX02 c unknown the control could not be evaluated: could not parse string as number (/controls/service/b/b.rego:16:20)
        XX03 a unknown the control could not be evaluated: a violation names `nobody`, which is not in the control's population
        XX03 b unknown the control could not be evaluated: a violation names `nobody`, which is not in the control's population
        XX03 c unknown the control could not be evaluated: a violation names `nobody`, which is not in the control's population
        XX04 a unknown the control could not be evaluated: an exclusion is not an object
        XX04 b unknown the control could not be evaluated: an exclusion is not an object
        XX04 c unknown the control could not be evaluated: an exclusion is not an object
        XX05 a unknown the control could not be evaluated: it ran longer than the limit of 0.3 s
        XX05 b unknown the control could not be evaluated: it ran longer than the limit of 0.3 s
        XX05 c unknown the control could not be evaluated: it ran longer than the limit of 0.3 s
        error XX02 evaluation
        error XX03 contract
        error XX04 contract
        error XX05 time_limit
        ");
}

#[test]
fn judging_twice_and_on_more_threads_gives_the_same() {
    let mut fixture = Fixture::new();
    for number in 1..9 {
        fixture = fixture.with_control(
            &format!("XX0{number}"),
            &format!("slug_{number}"),
            &format!("{DENIES_BAD}{EXCLUDES_OFF}"),
        );
    }
    let (bundles, snapshot) = (fixture.load(), document(THREE, "", COMPLETE));
    let exceptions = [exception("two", &["*"]), exception("one", &["a"])];
    let reversed = [exception("one", &["a"]), exception("two", &["*"])];
    let first = judged_with(&bundles, &snapshot, &exceptions, 1);
    assert_eq!(first, judged_with(&bundles, &snapshot, &exceptions, 1));
    assert_eq!(first, judged_with(&bundles, &snapshot, &reversed, 7));
    assert_eq!(first, judged_with(&fixture.load(), &snapshot, &exceptions, 2));
    assert!(first.verdicts.is_sorted_by_key(|verdict| (verdict.control.clone(), verdict.resource.clone())));
}

fn exception(id: &str, resources: &[&str]) -> Exception {
    Exception {
        id: ExceptionId(id.to_owned()),
        controls: vec![control_id("XX01")],
        resources: resources.iter().map(|pattern| (*pattern).to_owned()).collect(),
        tags: BTreeMap::new(),
        account: None,
        kind: ExceptionKind::RiskAccepted,
        reason: "known".to_owned(),
        owner: "me".to_owned(),
        expires: "2026-11-22".parse().unwrap(),
    }
}

#[test]
fn exceptions_cover_failures_while_they_hold() {
    let fixture = Fixture::new().with_control("XX01", "a", DENIES_BAD).with_control("XX02", "b", DENIES_BAD);
    let bundles = fixture.load();
    let yesterday = Exception { expires: "2026-11-21".parse().unwrap(), ..exception("old", &["*"]) };
    let elsewhere =
        Exception { account: Some("999999999999".parse().unwrap()), ..exception("elsewhere", &["*"]) };
    let exceptions = [
        exception("e1", &["a"]),
        exception("e2", &["b", "c"]),
        exception("e3", &["zzz"]),
        yesterday,
        elsewhere,
    ];
    let judgement = judged_with(&bundles, &document(THREE, "", COMPLETE), &exceptions, 1);
    assert!(
        summary(&judgement).starts_with("XX01 a excepted e1\nXX01 b passed\n"),
        "{}",
        summary(&judgement)
    );
    assert!(summary(&judgement).contains("XX02 a failed a is bad"));
    insta::assert_snapshot!(format!("{:?}", judgement.exceptions), @r#"ExceptionUse { expired: [ExceptionId("old")], unused: [UnusedException { id: ExceptionId("e2"), n_passed: 2 }, UnusedException { id: ExceptionId("e3"), n_passed: 0 }] }"#);
}

#[test]
fn an_exception_is_not_called_unused_where_evidence_is_missing() {
    let bundles = Fixture::new().with_control("XX01", "a", &joined("ec2.subnets")).load();
    let judgement = judged_with(&bundles, &document(THREE, "", COMPLETE), &[exception("e", &["b"])], 1);
    assert_eq!(judgement.exceptions.unused, []);
}

#[test]
fn an_exception_of_a_control_that_is_not_judged_is_not_called_unused() {
    let fixture = Fixture::new().with_control("XX01", "a", DENIES_BAD).with_control("XX02", "b", DENIES_BAD);
    let bundles = fixture.load().select(&[control_id("XX02")]).unwrap();
    let judgement = judged_with(&bundles, &document(THREE, "", COMPLETE), &[exception("e", &["b"])], 1);
    assert_eq!(judgement.exceptions.unused, []);
}

#[test]
fn a_document_without_members_has_no_verdicts() {
    let bundles = Fixture::new().with_control("XX01", "a", DENIES_BAD).load();
    let options = Options { threads: NonZeroUsize::new(64).unwrap(), ..Options::default() };
    let judgement = judge(
        &bundles,
        &document("{}", "", COMPLETE),
        &[],
        "2026-11-22T09:00:00Z".parse().unwrap(),
        &options,
    );
    assert_eq!(judgement.verdicts, []);
    assert_eq!(judgement.errors, []);
}
