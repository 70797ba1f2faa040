//! `tidewaiter check` as a policy author meets it.

use serde_json::json;

use crate::support::program::{Program, project};

const MANIFEST: &str =
    r#"{"revision": "1", "roots": ["tidewaiter/controls", "lib"], "metadata": {"name": "mine"}}"#;

/// A bundle with one misspelt field and one variable that nothing uses.
fn bundle() -> Program {
    let program = Program::new();
    program.write(".manifest", MANIFEST);
    program.write(
        "lib/names/names.rego",
        "package lib.names\n\nfamilies contains definition.famly if {\n\tsome arn, definition in input.ecs.task_definitions\n}\n",
    );
    program
}

#[test]
fn the_built_in_bundles_have_nothing_wrong() {
    let bundles = project("bundles");
    let ran = Program::new().run(["check", "--strict", bundles.to_str().unwrap()]).expect(0);
    assert!(ran.stdout.ends_with("nothing is wrong\n"), "{}", ran.stdout);
}

#[test]
fn problems_are_shown_with_their_lines_and_end_with_2() {
    let ran = bundle().run(["check"]).expect(2);
    insta::assert_snapshot!(ran.stdout, @r"
        error[misspelt-field]: AWS's `ecs.TaskDefinition` has no field `famly`
         --> lib/names/names.rego:3:30
          |
        3 | families contains definition.famly if {
          |                              ^^^^^
          |
          = help: did you mean `family`?

        warning[unused-variable]: the variable `arn` is never used
         --> lib/names/names.rego:4:7
          |
        4 |     some arn, definition in input.ecs.task_definitions
          |          ^^^
          |
          = help: write `_` in its place

        1 policy: 1 error, 1 warning
        ");
    let coloured = bundle().run(["check", "--color", "always", "."]).expect(2);
    assert!(coloured.stdout.contains("\u{1b}["), "{}", coloured.stdout);
}

#[test]
fn warnings_alone_end_with_0_unless_they_are_taken_strictly() {
    let program = Program::new();
    program.write("x.rego", "package x\n\nf(a) := 1\n");
    program.run(["check", "x.rego"]).expect(0);
    program.run(["check", "--strict", "x.rego"]).expect(2);
}

#[test]
fn a_path_that_is_not_there_ends_with_2() {
    let ran = Program::new().run(["check", "nowhere"]).expect(2);
    assert!(ran.stdout.contains("error[unreadable]") && ran.stdout.contains("nowhere"), "{}", ran.stdout);
}

#[test]
fn programs_read_json_and_sarif() {
    let problems = bundle().run(["check", "--format", "json"]).expect(2).json();
    assert_eq!((&problems["errors"], &problems["warnings"]), (&json!(1), &json!(1)));
    assert_eq!(problems["problems"][0]["code"], "misspelt-field");
    let log = bundle().run(["check", "--format", "sarif"]).expect(2).json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "misspelt-field");
}
