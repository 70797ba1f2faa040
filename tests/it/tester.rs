//! `tidewaiter test` as a policy author starts it.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::program::{Program, project};

const POLICY: &str = "package p\n\nallow if input.x == 1\n\nother if input.y\n";

fn with(tests: &str) -> Program {
    let program = Program::new();
    program.write("lib/p.rego", POLICY);
    program.write("lib/p_test.rego", &format!("package p_test\n\nimport data.p\n\n{tests}"));
    program
}

const PASSING: &str = "test_allow if p.allow with input as {\"x\": 1}\n";

#[test]
fn tests_that_pass_end_with_0_and_tests_that_do_not_with_1() {
    assert_eq!(with(PASSING).run(["test", "lib"]).expect(0).stdout, "PASS: 1/1\n");
    let failed = with("test_allow if p.allow with input as {\"x\": 2}\n").run(["test", "lib"]).expect(1);
    assert!(failed.stdout.contains("lib/p_test.rego:5:\ndata.p_test.test_allow: FAIL"), "{}", failed.stdout);
    assert!(!failed.stdout.contains('\u{1b}'), "{}", failed.stdout);
    with("test_two if data.q == 1\n\nx := 1 if true\n\nx := 2 if true\n\ntest_x if x == 1\n")
        .run(["test", "lib"])
        .expect(1);
}

#[test]
fn a_skipped_test_ends_with_1_unless_that_is_fine() {
    let program = with("todo_test_later if false\n");
    assert!(program.run(["test", "lib"]).expect(1).stdout.contains("SKIPPED: 1/1"));
    program.run(["test", "-z", "lib"]).expect(0);
}

#[test]
fn nothing_to_run_is_no_failure_unless_it_is_called_one() {
    let program = with("");
    assert_eq!(program.run(["test", "lib"]).expect(0).stdout, "no tests were run\n");
    assert!(program.run(["test", "--fail-on-empty", "lib"]).expect(1).stderr.contains("no tests were run"));
    program.run(["test", "--fail-on-empty", "--run", "nothing", "lib"]).expect(1);
}

#[test]
fn policies_and_arguments_that_are_wrong_end_with_2() {
    let broken = with("test_x if {\n").run(["test", "lib"]).expect(2);
    assert_eq!(
        broken.stderr,
        "error: the policies cannot be used: 1 problem\n  lib/p_test.rego:6:1: expecting expression [rego]\n"
    );
    let missing = with(PASSING).run(["test", "nowhere"]).expect(2);
    assert!(missing.stderr.contains("nowhere: No such file or directory"), "{}", missing.stderr);
    for arguments in
        [vec!["test"], vec!["test", "--run", "(", "lib"], vec!["test", "--threshold", "101", "lib"]]
    {
        with(PASSING).run(arguments).expect(2);
    }
}

#[test]
fn a_threshold_that_is_not_reached_ends_with_1() {
    let program = with(PASSING);
    let below = program.run(["test", "--threshold", "90", "lib"]).expect(1);
    assert!(
        below.stderr.contains("50 % of the policies' lines were evaluated, and the threshold is 90 %"),
        "{}",
        below.stderr
    );
    program.run(["test", "--threshold", "50", "lib"]).expect(0);
    let report = program.run(["test", "--coverage", "--format", "json", "lib"]).expect(0).json();
    assert_eq!(report["coverage"], 50.0);
    assert_eq!(report["files"]["lib/p.rego"]["not_covered"][0]["start"]["row"], 5);
    let shown = program.run(["test", "--show-source", "lib"]).expect(0).stdout;
    assert!(shown.contains("    3 + allow if input.x == 1"), "{shown}");
    assert!(shown.contains("    5 - other if input.y"), "{shown}");
}

#[test]
fn each_format_is_printed_whole() {
    let program = with("test_bad if false\n");
    let json = program.run(["test", "--format", "json", "lib"]).expect(1).json();
    assert_eq!(json["tests"][0]["outcome"], "fail");
    assert!(program.run(["test", "--format", "junit", "lib"]).expect(1).stdout.starts_with("<?xml"));
    assert_eq!(program.run(["test", "--format", "sarif", "lib"]).expect(1).json()["version"], "2.1.0");
    let counted = with(PASSING).run(["test", "--count", "3", "--format", "json", "lib"]).expect(0).json();
    assert_eq!(counted["tests"].as_array().unwrap().len(), 3);
    assert!(with(PASSING).run(["test", "--bench", "lib"]).expect(0).stdout.contains(" runs\t"));
}

#[test]
fn the_built_in_bundles_pass_as_a_directory_of_bundles_and_one_by_one() {
    let bundles = project("bundles");
    let report = Program::new()
        .run(["test", "--coverage", "--format", "json", bundles.to_str().unwrap()])
        .expect(0)
        .json();
    assert!(report["summary"]["passed"].as_u64().unwrap() > 100, "{}", report["summary"]);
    assert!(report["coverage"].as_f64().unwrap() >= 95.0, "{}", report["coverage"]);
    let one = bundles.join("aws-baseline");
    Program::new().run(["test", "-b", one.to_str().unwrap()]).expect(0);
}

#[test]
fn watching_runs_again_when_a_file_changes() {
    let program = with(PASSING);
    let mut watching = program
        .command(["test", "--watch", "lib"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(watching.stderr.take().unwrap()).lines();
    let mut printed = BufReader::new(watching.stdout.take().unwrap()).lines();
    assert_eq!(printed.next().unwrap().unwrap(), "PASS: 1/1");
    assert_eq!(said.next().unwrap().unwrap(), "watching for changes …");
    program.write("lib/q_test.rego", "package q_test\n\ntest_y if true\n");
    assert_eq!(printed.next().unwrap().unwrap(), "PASS: 2/2");
    watching.kill().unwrap();
    watching.wait().unwrap();
}
