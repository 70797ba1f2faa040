//! A report with something of everything in it, as each format shows it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::domain::testing::gap;
use crate::domain::{
    AccountId, BundleId, CollectionCoverage, Control, ControlId, ExceptionId, ExceptionKind, Outcome,
    Partition, Region, Remediation, Severity, Verdict, Violation,
};

fn control(id: &str, severity: Severity, title: &str) -> Arc<Control> {
    Arc::new(Control {
        id: ControlId::new(id).unwrap(),
        aliases: Vec::new(),
        bundle: BundleId { name: "demo".into(), revision: "1.2.0".into(), digest: "sha256:00".into() },
        package: format!("tidewaiter.controls.service.{}", id.to_lowercase()),
        title: title.into(),
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

fn verdict(control: &str, name: &str, outcome: Outcome) -> Verdict {
    Verdict {
        control: ControlId::new(control).unwrap(),
        collection: Collection::Services,
        resource: format!("arn:aws:ecs:eu-central-1:111122223333:service/shop/{name}"),
        outcome,
    }
}

fn violation(message: &str) -> Violation {
    Violation { message: message.into(), evidence: json!({ "path": "propagateTags", "value": "NONE" }) }
}

fn report() -> Report {
    let change = |name: &str, compliance, was, why: &str| Change {
        finding: FindingId::of(&ControlId::new("SV05").unwrap(), name),
        control: ControlId::new("SV05").unwrap(),
        resource: format!("arn:aws:ecs:eu-central-1:111122223333:service/shop/{name}"),
        compliance,
        was,
        why: why.into(),
    };
    Report {
        scope: Scope {
            partition: Partition::new("aws").unwrap(),
            account: AccountId::new("111122223333").unwrap(),
            region: Region::new("eu-central-1").unwrap(),
        },
        taken_at: "2026-11-22T08:00:00Z".parse().unwrap(),
        bundles: vec![BundleId { name: "demo".into(), revision: "1.2.0".into(), digest: "sha256:00".into() }],
        controls: vec![
            control("SV01", Severity::High, "Services have no public address"),
            control("SV05", Severity::Medium, "Services propagate their tags"),
        ],
        verdicts: vec![
            verdict(
                "SV01",
                "cart",
                Outcome::Unknown(vec![
                    "ecs:DescribeServices was denied (missing IAM action ecs:DescribeServices)".into(),
                ]),
            ),
            verdict(
                "SV01",
                "web",
                Outcome::Failed(vec![violation("service \"web\" assigns public addresses")]),
            ),
            verdict("SV05", "cart", Outcome::Passed),
            verdict(
                "SV05",
                "search",
                Outcome::Excepted {
                    exception: ExceptionId("until-spring".into()),
                    kind: ExceptionKind::RiskAccepted,
                    violations: vec![violation("service \"search\" does not propagate tags")],
                },
            ),
            verdict("SV05", "web", Outcome::NotApplicable("its tasks live for seconds".into())),
        ],
        hidden: vec![Hidden {
            control: ControlId::new("SV05").unwrap(),
            collection: Collection::Services,
            reason: "ecs:ListServices was throttled to the end (ThrottlingException)".into(),
        }],
        errors: vec![ControlError { control: ControlId::new("SV01").unwrap(), message: "too slow".into() }],
        exceptions: Exceptions { expired: vec!["last-year".into()], unused: vec!["never-needed".into()] },
        coverage: Coverage::default(),
        calls: BTreeMap::from([("ecs:ListServices".to_owned(), Calls { calls: 2, retries: 5, errors: 1 })]),
        plan: Some(Plan {
            first: false,
            create: vec![change("web", Compliance::Failed, None, "new")],
            update: vec![change("cart", Compliance::Passed, Some(Compliance::Failed), "repaired")],
            archive: Vec::new(),
            hold: vec![change("api", Compliance::Failed, None, "ecs:ListServices was throttled to the end")],
            unchanged: 3,
        }),
        writes: Some(Writes {
            sent: 1,
            failed: vec![Refused {
                finding: FindingId::of(&ControlId::new("SV05").unwrap(), "cart"),
                code: "InvalidAccess".into(),
                message: "not enabled".into(),
            }],
        }),
        findings: vec![serde_json::value::to_raw_value(&json!({ "Id": "tidewaiter/SV05/web" })).unwrap()],
    }
}

/// What a terminal without colour shows.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>) -> Value {
    let mut text = Vec::new();
    write(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn the_table_says_everything_a_person_acts_on() {
    insta::assert_snapshot!(plain(&table(&report(), Some(100))), @r#"
    111122223333/eu-central-1  snapshot of 2026-11-22 08:00:00 UTC  judged by demo@1.2.0 sha256:00 (2 controls)

             failed  unknown  excepted  not applicable  passed
     high         1        1         0               0       0
     medium       0        0         1               1       1
     all          1        1         1               1       1

    Failed
    high SV01 Services have no public address
       service/shop/web  service "web" assigns public addresses

    Unknown
      ecs:DescribeServices was denied (missing IAM action ecs:DescribeServices): 1 verdict of SV01

    Not seen whole
      ecs.services: ecs:ListServices was throttled to the end (ThrottlingException); findings of SV05 are held

    Controls that could not be evaluated
      SV01: too slow

    Exceptions to look at
      last-year: its last day is over, so it was not applied
      never-needed: nothing that failed needed it

    Since the last pass
      1 new, 1 updated, 0 archived, 3 unchanged
      + SV05 service/shop/web FAILED (new)
      ~ SV05 service/shop/cart FAILED → PASSED (repaired)
      1 finding held unchanged: evidence is missing, or this pass does not cover it

    Security Hub
      1 finding sent, 1 refused
      tidewaiter/SV05/cart: InvalidAccess not enabled

    API calls
      2 calls, 5 retries
      ecs:ListServices 2
    "#);
}

#[test]
fn the_json_report_has_every_verdict_and_its_reason() {
    let value = written(|out| json(&report(), out));
    assert_eq!(value["version"], JSON_VERSION);
    assert_eq!(value["summary"]["complete"], false);
    assert_eq!(
        value["summary"]["verdicts"],
        json!({
            "failed": 1, "unknown": 1, "excepted": 1, "not_applicable": 1, "passed": 1
        })
    );
    assert_eq!(value["verdicts"][0]["verdict"], "unknown");
    assert!(value["verdicts"][0]["reason"].as_str().unwrap().contains("missing IAM action"));
    assert_eq!(value["verdicts"][3]["exception"], json!({ "id": "until-spring", "kind": "risk-accepted" }));
    assert_eq!(value["verdicts"][1]["violations"][0]["evidence"]["path"], "propagateTags");
    assert_eq!(value["plan"]["update"][0]["was"], "FAILED");
    assert_eq!(value["writes"]["failed"][0]["code"], "InvalidAccess");
    assert_eq!(value["calls"]["ecs:ListServices"]["retries"], 5);
}

#[test]
fn the_asff_report_is_the_findings_and_nothing_else() {
    assert_eq!(written(|out| asff(&report(), out)), json!([{ "Id": "tidewaiter/SV05/web" }]));
}

#[test]
fn a_pass_is_complete_only_when_nothing_is_unseen_unknown_or_refused() {
    let mut report = report();
    assert!(!report.is_complete());
    report.hidden.clear();
    report.errors.clear();
    report.writes = None;
    assert!(!report.is_complete(), "a verdict is unknown");
    report.verdicts.retain(|verdict| verdict.outcome.kind() != VerdictKind::Unknown);
    assert!(report.is_complete());
    let gaps = vec![gap("arn:c", &[])];
    let covered = CollectionCoverage { gaps, ..CollectionCoverage::skipped() };
    report.coverage.0.insert(Collection::Tasks, covered.clone());
    assert!(report.is_complete(), "no control looks into tasks");
    report.coverage.0.insert(Collection::Services, covered);
    assert!(!report.is_complete(), "not every service was seen");
    assert_eq!(report.worst_failure(), Some(Severity::High));
}
