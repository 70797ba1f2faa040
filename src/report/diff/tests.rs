//! A difference with something of everything in it, as both formats show it.

use serde_json::json;

use super::*;
use crate::domain::{AccountId, Partition, Region, Remediation};
use crate::snapshot::Collection;

fn bundle(revision: &str) -> BundleId {
    BundleId { name: "demo".into(), revision: revision.into(), digest: format!("sha256:{}", "0f".repeat(32)) }
}

fn control(id: &str, severity: Severity, aliases: &[&str]) -> Arc<Control> {
    Arc::new(Control {
        id: ControlId::new(id).unwrap(),
        aliases: aliases.iter().map(|alias| ControlId::new(*alias).unwrap()).collect(),
        bundle: bundle("1"),
        package: format!("tidewaiter.controls.service.{}", id.to_lowercase()),
        title: format!("Title of {id}"),
        description: String::new(),
        related_resources: Vec::new(),
        severity,
        population: Collection::Services,
        reads: vec![Collection::Services],
        joined: Vec::new(),
        remediation: Remediation { text: "Change it.".into(), action: None },
        parameters: Vec::new(),
        enabled: true,
        deprecated: None,
        mappings: Vec::new(),
        covers: None,
    })
}

fn failed(messages: &[&str]) -> Outcome {
    let violation =
        |message: &&str| Violation { message: (*message).into(), evidence: json!({ "path": "x" }) };
    Outcome::Failed(messages.iter().map(violation).collect())
}

fn verdict(control: &str, name: &str, outcome: Outcome) -> Verdict {
    Verdict {
        control: ControlId::new(control).unwrap(),
        collection: Collection::Services,
        resource: format!("arn:aws:ecs:eu-central-1:111122223333:service/shop/{name}"),
        outcome,
    }
}

fn scope() -> Scope {
    Scope {
        partition: Partition::new("aws").unwrap(),
        account: AccountId::new("111122223333").unwrap(),
        region: Region::new("eu-central-1").unwrap(),
    }
}

fn diff() -> Diff {
    let old = Side {
        bundles: vec![bundle("1")],
        controls: vec![
            control("OLD1", Severity::Low, &[]),
            control("SV01", Severity::Medium, &[]),
            control("SV02", Severity::Low, &[]),
            control("SV03", Severity::Low, &[]),
        ],
        verdicts: vec![
            verdict("OLD1", "web", Outcome::Passed),
            verdict("SV01", "cart", failed(&["one", "two"])),
            verdict("SV01", "mail", Outcome::Passed),
            verdict("SV01", "web", Outcome::Passed),
            verdict("SV02", "cart", failed(&["withdrawn failure"])),
            verdict("SV02", "web", Outcome::Passed),
            verdict("SV03", "web", Outcome::Passed),
        ],
        errors: Vec::new(),
    };
    let new = Side {
        bundles: vec![bundle("2")],
        controls: vec![
            control("NEW1", Severity::Low, &["OLD1"]),
            control("SV01", Severity::High, &[]),
            control("SV03", Severity::Low, &[]),
            control("SV04", Severity::Critical, &[]),
        ],
        verdicts: vec![
            verdict("NEW1", "web", Outcome::NotApplicable("it has no network".into())),
            verdict("SV01", "cart", failed(&["two", "three"])),
            verdict("SV01", "mail", failed(&["mail is new"])),
            verdict("SV01", "web", Outcome::Passed),
            verdict("SV03", "web", Outcome::Passed),
            verdict("SV04", "cart", failed(&["a new control fires"])),
            verdict("SV04", "web", Outcome::Passed),
        ],
        errors: vec![(ControlId::new("SV03").unwrap(), "it ran longer than the limit of 60 s".into())],
    };
    Diff::of(scope(), "2026-11-22T08:00:00Z".parse().unwrap(), old, new)
}

#[test]
fn people_see_what_changes_by_control_and_by_violation() {
    let text = anstream::adapter::strip_str(&table(&diff(), Some(90))).to_string();
    insta::assert_snapshot!(text, @r"
    111122223333/eu-central-1  snapshot of 2026-11-22 08:00:00 UTC
    old demo@1 (0f0f0f0f0f0f)
    new demo@2 (0f0f0f0f0f0f)

    2 fail now, 1 fails no longer, 1 fails by other violations, 3 otherwise different; 2 verdicts unchanged

    critical SV04 Title of SV04 (added)
       service/shop/cart  failed
                          + a new control fires
      1 passed

    high SV01 Title of SV01 (was medium)
       service/shop/cart  failed
                          + three
                          - one
       service/shop/mail  passed → failed
                          + mail is new

    low NEW1 Title of NEW1 (was OLD1)
       service/shop/web  passed → not applicable
                         it has no network

    low SV02 Title of SV02 (withdrawn)
       service/shop/cart  failed
                          - withdrawn failure
      1 passed

    Controls of the new bundles that could not be evaluated
      SV03: it ran longer than the limit of 60 s
    ");
}

#[test]
fn each_difference_is_counted_once() {
    let diff = diff();
    assert_eq!(diff.counts(), Counts { fail_now: 2, fail_no_longer: 1, fail_otherwise: 1, other: 3 });
    assert_eq!(diff.n_unchanged, 2);
    assert_eq!(diff.worst_new_failure(), Some(Severity::Critical));
}

#[test]
fn a_control_that_was_renamed_is_the_same_control() {
    let diff = diff();
    let renamed = diff.controls.iter().find(|it| it.control.id.as_str() == "NEW1").unwrap();
    assert_eq!(renamed.presence, Presence::Both);
    assert_eq!(renamed.was_id.as_ref().unwrap().as_str(), "OLD1");
    assert_eq!(renamed.changes.len(), 1);
}

#[test]
fn programs_see_the_violations_that_came_and_went() {
    let value = serde_json::from_str::<serde_json::Value>(&json(&diff()).unwrap()).unwrap();
    let control = value["controls"].as_array().unwrap().iter().find(|it| it["id"] == "SV01").unwrap();
    assert_eq!(control["was_severity"], "medium");
    let change = &control["changes"][0];
    assert_eq!(change["violations_gone"], json!([{ "message": "one", "evidence": { "path": "x" } }]));
    assert_eq!(change["violations_found"], json!([{ "message": "three", "evidence": { "path": "x" } }]));
    assert_eq!(change["was"], json!({ "verdict": "failed", "reason": null, "exception": null }));
    assert_eq!(value["new"]["errors"][0]["control"], "SV03");
    assert_eq!(value["summary"]["fail_now"], 2);
}

#[test]
fn the_same_bundles_make_no_difference() {
    let side = || Side {
        bundles: vec![bundle("1")],
        controls: vec![control("SV01", Severity::Low, &[])],
        verdicts: vec![verdict("SV01", "web", failed(&["one"]))],
        errors: Vec::new(),
    };
    let diff = Diff::of(scope(), "2026-11-22T08:00:00Z".parse().unwrap(), side(), side());
    assert!(diff.controls.is_empty());
    let text = anstream::adapter::strip_str(&table(&diff, None)).to_string();
    assert!(text.contains("no verdict changes: 1 verdict unchanged"), "{text}");
}
