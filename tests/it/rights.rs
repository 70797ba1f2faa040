//! What a pass says of rights on ECS: those that the organization takes away, and those that nobody uses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::emulator::Emulator;
use crate::support::program::Program;

const RUN: [&str; 7] = ["run", "--rate", "1000", "--attempts", "2", "--format", "json"];

/// A pass that ends with `code`.
#[track_caller]
fn pass(program: &Program, further: &[&str], code: i32) -> Value {
    program.run(RUN.iter().chain(further)).expect(code).json()
}

/// The verdicts of a control, by the names of the principals.
fn verdicts(report: &Value, control: &str) -> BTreeMap<String, String> {
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let of_control = verdicts.filter(|verdict| verdict["control"] == control);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of_control
        .map(|verdict| {
            let name = text(&verdict["resource"]).rsplit(':').next().unwrap().to_owned();
            (name, text(&verdict["verdict"]))
        })
        .collect()
}

/// Every verdict without its words, which may name what the organization would forbid.
fn kinds(report: &Value) -> Vec<[Value; 3]> {
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    verdicts.map(|it| ["control", "resource", "verdict"].map(|name| it[name].clone())).collect()
}

fn asked(emulator: &Emulator, operation: &str) -> usize {
    emulator.requests().iter().filter(|request| request["operation"] == operation).count()
}

#[test]
fn rights_that_nobody_uses_are_found_and_iam_is_asked_once_a_day() {
    let (emulator, _) = Emulator::with_small_estate();
    let program = emulator.program();
    let first = verdicts(&pass(&program, &[], 0), "IA21");
    let of = |name: &str| first[name].as_str();
    assert_eq!(of("user/ci"), "failed", "it never used ECS");
    assert_eq!(of("role/deployer"), "failed", "it last ran a task in 2025");
    assert_eq!(of("user/ada"), "passed");
    assert_eq!(of("role/admin"), "not_applicable", "it was made today");
    assert_eq!(of("role/orders"), "not_applicable", "it may do nothing to ECS");
    assert_eq!(asked(&emulator, "GenerateServiceLastAccessedDetails"), 4);

    let second = verdicts(&pass(&program, &[], 0), "IA21");
    assert_eq!(second, first);
    assert_eq!(asked(&emulator, "GenerateServiceLastAccessedDetails"), 0, "the ledger knows");

    let anew = ["--last-accessed-age", "1ms"];
    emulator.faults(json!([
        {"match": {"operation": "iam:GenerateServiceLastAccessedDetails"}, "kind": "denied"},
    ]));
    let report = pass(&program, &anew, 3);
    assert_eq!(asked(&emulator, "GenerateServiceLastAccessedDetails"), 1, "one refusal is enough");
    let refused = verdicts(&report, "IA21");
    for name in ["user/ci", "role/deployer", "user/ada"] {
        assert_eq!(refused[name], "unknown", "{name}");
    }
    assert_eq!(refused["role/orders"], "not_applicable", "nobody had to ask about it");
    let gap = &report["coverage"]["iam.last_accessed"]["gaps"][0];
    assert_eq!(gap["action"], "iam:GenerateServiceLastAccessedDetails");
    emulator.faults(json!([]));
    assert_eq!(verdicts(&pass(&program, &anew, 0), "IA21"), first);
}

#[test]
fn service_control_policies_that_may_not_be_read_leave_access_as_it_is_and_lost_ones_hide_it() {
    let (emulator, _) = Emulator::with_small_estate();
    let program = emulator.program();
    let before = pass(&program, &[], 0);
    let coverage = |report: &Value| report["coverage"]["organizations.service_control_policies"].clone();
    assert_eq!((&coverage(&before)["status"], &coverage(&before)["count"]), (&json!("complete"), &json!(3)));
    let with = |kind: &str, code: i32| {
        emulator.faults(json!([{"match": {"operation": "organizations:ListParents"}, "kind": kind}]));
        pass(&program, &[], code)
    };
    let refused = with("denied", 0);
    assert_eq!(coverage(&refused)["gaps"][0]["action"], "organizations:ListParents");
    assert_eq!(kinds(&refused), kinds(&before));

    let lost = with("throttled", 3);
    assert!(verdicts(&lost, "IA21").is_empty(), "what anybody may do is hidden");
    let hidden = lost["hidden"].as_array().unwrap().iter();
    assert!(hidden.clone().any(|hidden| hidden["control"] == "IA21"), "{hidden:?}");
    assert_eq!(lost["plan"]["archive"], json!([]));
    emulator.faults(json!([]));
    assert_eq!(kinds(&pass(&program, &[], 0)), kinds(&before));
}
