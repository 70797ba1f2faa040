//! Bad input: one clear error that names the thing, the cause and the way out, and nothing is lost.

use std::fs;

use crate::support::program::{Program, Ran, project};

/// What the program says about bad input must name `words`, and end with `code`.
#[track_caller]
fn complains(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "stdout:\n{}\nstderr:\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "", "nothing is reported about an estate that was not judged");
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` is not in:\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

fn estate() -> String {
    fs::read_to_string(project("examples/estate.json")).unwrap()
}

/// A bundle of one control with this METADATA and this policy.
fn bundle(program: &Program, name: &str, custom: &str, policy: &str) {
    let slug = format!("{name}/controls/ours/always_wrong");
    program.write(
        &format!("{name}/.manifest"),
        r#"{"revision": "1", "roots": ["tidewaiter/controls/ours"], "metadata": {"name": "ours"}}"#,
    );
    let header = format!(
        "# METADATA\n# title: Services are never right\n# description: For a test.\n# custom:\n#   id: XX01\n#   severity: low\n#   resources: ecs.services\n{custom}#   remediation:\n#     text: None.\npackage tidewaiter.controls.ours.always_wrong\n\nimport rego.v1\n\n"
    );
    program.write(&format!("{slug}/always_wrong.rego"), &format!("{header}{policy}"));
}

const DENY_ALL: &str = "deny contains violation if {\n\tsome arn, _ in input.ecs.services\n\tviolation := {\"resource\": arn, \"message\": \"wrong\", \"evidence\": {\"path\": \"serviceName\"}}\n}\n";

#[test]
fn a_snapshot_that_is_not_there_is_named() {
    let ran = Program::new().run(["evaluate", "--snapshot", "nowhere.json"]);
    complains(&ran, 2, &["`nowhere.json`", "caused by:", "help:"]);
}

#[test]
fn a_truncated_snapshot_is_refused_whole() {
    let program = Program::new();
    let text = estate();
    program.write("half.json", text.get(..text.len() / 2).unwrap());
    complains(&program.run(["evaluate", "--snapshot", "half.json"]), 2, &["`half.json`", "ends early"]);
}

#[test]
fn a_snapshot_of_another_version_is_refused_by_its_version() {
    let program = Program::new();
    program.write("future.json", &estate().replace("\"version\": \"1\"", "\"version\": \"99\""));
    complains(&program.run(["evaluate", "--snapshot", "future.json"]), 2, &["`99`", "`1`", "help:"]);
}

#[test]
fn a_snapshot_nested_a_hundred_levels_is_refused() {
    let program = Program::new();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let text =
        estate().replacen("\"services\": {", &format!("\"services\": {{\"arn:x\": {{\"deep\": {deep}}},"), 1);
    program.write("deep.json", &text);
    complains(&program.run(["evaluate", "--snapshot", "deep.json"]), 2, &["nested deeper than 64 levels"]);
}

#[test]
fn a_syntax_error_in_a_policy_is_shown_with_its_place() {
    let program = Program::new();
    bundle(&program, "broken", "", "deny contains violation if {\n\tsome arn in\n}\n");
    let ran = program.run(["evaluate", "--example", "--bundle", "broken"]);
    complains(&ran, 2, &["always_wrong.rego:", "[rego]"]);
}

#[test]
fn two_controls_of_one_id_are_refused() {
    let program = Program::new();
    bundle(&program, "one", "", DENY_ALL);
    bundle(&program, "two", "", DENY_ALL);
    let path = program.path("two/controls/ours/always_wrong/always_wrong.rego");
    let text = fs::read_to_string(&path).unwrap();
    fs::create_dir_all(program.path("two/controls/ours/ever_wrong")).unwrap();
    fs::write(
        program.path("two/controls/ours/ever_wrong/ever_wrong.rego"),
        text.replace("always_wrong", "ever_wrong"),
    )
    .unwrap();
    fs::remove_dir_all(program.path("two/controls/ours/always_wrong")).unwrap();
    let ran = program.run(["evaluate", "--example", "--bundle", "one", "--bundle", "two"]);
    complains(&ran, 2, &["XX01", "[duplicate-control]"]);
}

#[test]
fn an_unknown_metadata_key_is_refused() {
    let program = Program::new();
    bundle(&program, "keys", "#   colour: blue\n", DENY_ALL);
    let ran = program.run(["evaluate", "--example", "--bundle", "keys"]);
    complains(&ran, 2, &["always_wrong.rego:", "colour"]);
}

#[test]
fn data_that_would_replace_a_rule_is_refused() {
    let program = Program::new();
    bundle(&program, "shadowed", "", DENY_ALL);
    let manifest = r#"{"revision": "1", "roots": ["tidewaiter"], "metadata": {"name": "ours"}}"#;
    program.write("shadowed/.manifest", manifest);
    program.write("shadowed/tidewaiter/controls/ours/always_wrong/data.json", r#"{"deny": []}"#);
    let ran = program.run(["evaluate", "--example", "--bundle", "shadowed"]);
    complains(&ran, 2, &["[data-shadows-rule]", "data.json"]);
}

#[test]
fn a_runaway_rule_makes_its_own_control_unknown_and_no_other() {
    let program = Program::new();
    let runaway = "deny contains violation if {\n\tsome arn, _ in input.ecs.services\n\tnumbers := numbers.range(1, 3000)\n\tsome i in numbers\n\tsome j in numbers\n\tsome k in numbers\n\ti + j + k == 0\n\tviolation := {\"resource\": arn, \"message\": \"never\", \"evidence\": {}}\n}\n";
    bundle(
        &program,
        "runaway",
        "",
        &runaway.replace("numbers :=", "ns :=").replace("in numbers\n", "in ns\n"),
    );
    let baseline = project("bundles/aws-baseline");
    let ran = program
        .run([
            "evaluate",
            "--example",
            "--format",
            "json",
            "--control-timeout",
            "1s",
            "--bundle",
            "runaway",
            "--bundle",
            baseline.to_str().unwrap(),
        ])
        .expect(3);
    let report = ran.json();
    assert_eq!(report["errors"].as_array().unwrap().len(), 1, "{}", report["errors"]);
    assert_eq!(report["errors"][0]["control"], "XX01");
    let verdicts = report["verdicts"].as_array().unwrap();
    let of =
        |control: &str| verdicts.iter().filter(|verdict| verdict["control"] == control).collect::<Vec<_>>();
    assert!(!of("XX01").is_empty() && of("XX01").iter().all(|verdict| verdict["verdict"] == "unknown"));
    assert!(of("SV01").iter().all(|verdict| verdict["verdict"] != "unknown"));
}

#[test]
fn malformed_exceptions_are_all_reported_and_none_applies() {
    let program = Program::new();
    program.write("exceptions.yaml", "exceptions:\n  - id: a\n    controls: [TD01]\n  - kind: never\n");
    let ran = program.run(["run", "--example", "--exceptions", "exceptions.yaml"]);
    complains(&ran, 2, &["exceptions.yaml:2:5", "exceptions.yaml:4:11", "`never` is not a kind"]);
    assert!(!program.path("tidewaiter.db").exists(), "nothing is recorded");
}

#[test]
fn an_expired_exception_is_reported_and_no_longer_applies() {
    let program = Program::new();
    let exceptions = fs::read_to_string(project("examples/exceptions.yaml")).unwrap();
    program.write("exceptions.yaml", &exceptions);
    let judge = |now: &str| {
        let arguments =
            ["evaluate", "--example", "--exceptions", "exceptions.yaml", "--format", "json", "--now", now];
        program.run(arguments).expect(0).json()
    };
    let before = judge("2026-11-22T08:00:00Z");
    let after = judge("2040-01-01T00:00:00Z");
    assert_eq!(before["exceptions"]["expired"].as_array().unwrap().len(), 0);
    assert!(before["summary"]["verdicts"]["excepted"].as_u64().unwrap() > 0);
    assert!(!after["exceptions"]["expired"].as_array().unwrap().is_empty());
    assert_eq!(after["summary"]["verdicts"]["excepted"], 0);
}

#[test]
fn an_exception_that_matches_nothing_is_reported() {
    let program = Program::new();
    program.write(
        "exceptions.yaml",
        "exceptions:\n  - id: nothing\n    controls: [TD01]\n    resources: ['arn:*:nowhere']\n    kind: risk-accepted\n    reason: r\n    owner: o\n    expires: 2099-01-01\n",
    );
    let report = program
        .run(["evaluate", "--example", "--exceptions", "exceptions.yaml", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(report["exceptions"]["unused"][0], "nothing");
}

#[test]
fn unknown_parameters_are_refused_with_the_nearest_name() {
    let program = Program::new();
    program.write("params.yaml", "allowed_subnet:\n  ids: [subnet-1]\n");
    let ran = program.run(["evaluate", "--example", "--params", "params.yaml"]);
    complains(&ran, 2, &["params.yaml", "allowed_subnet", "allowed_subnets"]);
}

#[test]
fn no_credentials_is_one_error_with_the_way_out() {
    let program = Program::with_aws("http://127.0.0.1:9", &[("AWS_REGION", "eu-central-1")]);
    complains(&program.run(["run"]), 2, &["credentials", "help:"]);
    assert!(!program.path("tidewaiter.db").exists());
}

#[test]
fn no_region_is_one_error_with_the_way_out() {
    let keys = [("AWS_ACCESS_KEY_ID", "AKIA123456789012TEST"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let program = Program::with_aws("http://127.0.0.1:9", &keys);
    complains(&program.run(["run"]), 2, &["Region", "--region", "help:"]);
}

#[test]
fn an_aws_that_does_not_answer_is_one_error() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIA123456789012TEST"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-nowhere-1"),
    ];
    let program = Program::with_aws("http://127.0.0.1:9", &keys);
    complains(&program.run(["run", "--attempts", "1"]), 2, &["eu-nowhere-1", "help:"]);
}

#[test]
fn a_ledger_that_cannot_be_written_is_named_and_left_alone() {
    let program = Program::new();
    program.run(["run", "--example"]).expect(0);
    let before = fs::read(program.path("tidewaiter.db")).unwrap();
    // A directory where the ledger's file should be, and a file that is something else: root may write anything, so
    // permissions alone would prove nothing here.
    fs::create_dir(program.path("directory.db")).unwrap();
    complains(&program.run(["run", "--example", "--ledger", "directory.db"]), 2, &["directory.db", "help:"]);
    program.write(
        "notes.db",
        "these are my notes, not a ledger, and longer than a header of SQLite would be: keep them.",
    );
    complains(&program.run(["run", "--example", "--ledger", "notes.db"]), 2, &["notes.db", "help:"]);
    assert!(fs::read_to_string(program.path("notes.db")).unwrap().starts_with("these are my notes"));
    let nowhere = program.run(["run", "--example", "--ledger", "missing/ledger.db"]);
    complains(&nowhere, 2, &["missing/ledger.db", "help:"]);
    assert_eq!(fs::read(program.path("tidewaiter.db")).unwrap(), before);
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    for arguments in [
        vec!["run", "--example", "--snapshot", "x.json"],
        vec!["run", "--rate", "0"],
        vec!["run", "--report", "pdf=x"],
        vec!["evaluate"],
        vec!["evaluate", "--example", "--control", "NOPE99"],
        vec!["frobnicate"],
    ] {
        let ran = Program::new().run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
    }
}
