//! What a newcomer sees: the example estate, judged without AWS, twice.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::program::{Program, project};

#[test]
fn the_first_run_shows_findings_and_the_second_says_that_nothing_has_changed() {
    let program = Program::new();
    let first = program.run(["run", "--example"]).expect(0);
    assert!(first.stdout.contains("this is the first pass"), "{}", first.stdout);
    assert!(first.stdout.contains("TD01") && first.stdout.contains("privileged"), "{}", first.stdout);
    assert_eq!(first.stderr, "");
    assert!(!first.stdout.contains('\u{1b}'), "colour is only for terminals");

    let second = program.run(["run", "--example"]).expect(0);
    assert!(second.stdout.contains("nothing has changed"), "{}", second.stdout);
}

#[test]
fn a_snapshot_file_is_judged_like_the_built_in_example() {
    let program = Program::new();
    let estate = project("examples/estate.json");
    let file =
        program.run(["evaluate", "--format", "json", "--snapshot", estate.to_str().unwrap()]).expect(0);
    let example = program.run(["evaluate", "--format", "json", "--example"]).expect(0);
    assert_eq!(file.stdout, example.stdout);
    assert!(!program.path("tidewaiter.db").exists(), "evaluate records nothing");
}

#[test]
fn every_control_fails_on_something_or_says_why_it_judges_nothing() {
    let report = Program::new().run(["evaluate", "--format", "json", "--example"]).expect(0).json();
    let verdicts = report["verdicts"].as_array().unwrap();
    for control in report["controls"].as_array().unwrap() {
        let id = &control["id"];
        let kinds =
            verdicts.iter().filter(|verdict| verdict["control"] == *id).map(|verdict| &verdict["verdict"]);
        let kinds = kinds.filter_map(Value::as_str).collect::<Vec<_>>();
        assert!(!kinds.is_empty(), "{id} judges nothing");
        assert!(
            kinds.contains(&"failed") || kinds.iter().all(|kind| *kind == "not_applicable"),
            "{id}: {kinds:?}"
        );
    }
}

#[test]
fn a_gate_is_opt_in_and_has_an_exit_code_of_its_own() {
    let program = Program::new();
    program.run(["evaluate", "--example"]).expect(0);
    program.run(["evaluate", "--example", "--fail-on", "high"]).expect(4);
    program.run(["evaluate", "--example", "--control", "CL02", "--fail-on", "high"]).expect(0);
}

#[test]
fn reports_go_to_files_and_programs_read_nothing_but_the_report() {
    let program = Program::new();
    let ran = program
        .run([
            "evaluate",
            "--example",
            "--format",
            "asff",
            "--report",
            "json=report.json",
            "--report",
            "table=report.txt",
        ])
        .expect(0);
    let findings = ran.json();
    assert!(findings.as_array().unwrap().len() > 100);
    let report = std::fs::read_to_string(program.path("report.json")).unwrap();
    let report = serde_json::from_str::<Value>(&report).unwrap();
    assert_eq!(report["version"], "1");
    let table = std::fs::read_to_string(program.path("report.txt")).unwrap();
    assert!(table.contains("Failed") && !table.contains('\u{1b}'));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let judge = || Program::new().run(["evaluate", "--example", "--format", "json"]).expect(0).stdout;
    assert_eq!(judge(), judge());
}

#[test]
fn parameters_and_exceptions_of_the_example_apply() {
    let program = Program::new();
    let (params, exceptions) = (project("examples/params.yaml"), project("examples/exceptions.yaml"));
    let report = program
        .run([
            "evaluate",
            "--example",
            "--format",
            "json",
            "--now",
            "2026-11-22T08:00:00Z",
            "--params",
            params.to_str().unwrap(),
            "--exceptions",
            exceptions.to_str().unwrap(),
        ])
        // Of some images an attestor cannot tell whether it signed them.
        .expect(3)
        .json();
    assert!(report["summary"]["verdicts"]["excepted"].as_u64().unwrap() >= 3);
    assert_eq!(report["exceptions"]["unused"], serde_json::json!([]));
    let verdicts = report["verdicts"].as_array().unwrap();
    let is = |control: &str, what: &str| {
        verdicts.iter().any(|verdict| verdict["control"] == control && verdict["verdict"] == what)
    };
    assert!(is("SV02", "failed") && is("SG01", "failed") && is("SG01", "passed") && is("SG01", "unknown"));
    let unknown = verdicts.iter().filter(|verdict| verdict["verdict"] == "unknown");
    let unknown = unknown.map(|verdict| verdict["control"].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(unknown, BTreeSet::from(["SG01", "SG04"]));
}

#[test]
fn help_is_there_for_every_command() {
    for arguments in
        [vec!["--help"], vec!["run", "--help"], vec!["snapshot", "--help"], vec!["evaluate", "--help"]]
    {
        let ran = Program::new().run(&arguments).expect(0);
        assert!(ran.stdout.contains("Usage:"), "{arguments:?}");
    }
}
