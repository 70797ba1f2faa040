//! Generated documents: written from the code, compared in every test run.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::Value;
use tidewaiter::diagnostic::Code;
use tidewaiter::snapshot;

use crate::support::program::{Program, project};
use crate::support::python;

/// Compares a generated document with the one in `docs/`, or rewrites it when `TIDEWAITER_UPDATE` is set.
#[track_caller]
fn holds(path: &str, text: &str) {
    let file = project(path);
    #[expect(clippy::disallowed_methods, reason = "the switch of the tests themselves")]
    if std::env::var_os("TIDEWAITER_UPDATE").is_some() {
        fs::write(&file, text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "{path} is not what the code says; run `TIDEWAITER_UPDATE=1 cargo test` and look at the change"
    );
}

#[test]
fn the_schema_of_the_document_is_current() {
    let mut text = serde_json::to_string_pretty(&snapshot::schema()).unwrap();
    text.push('\n');
    holds("docs/input.schema.json", &text);
}

#[test]
fn the_command_line_reference_is_current() {
    let mut text = String::from("# Command line\n\nThis page is made from the program's own help.\n");
    for arguments in [
        vec!["--help"],
        vec!["run", "--help"],
        vec!["snapshot", "--help"],
        vec!["evaluate", "--help"],
        vec!["check", "--help"],
        vec!["bundle", "--help"],
        vec!["bundle", "build", "--help"],
        vec!["bundle", "inspect", "--help"],
        vec!["bundle", "sign", "--help"],
        vec!["bundle", "verify", "--help"],
        vec!["test", "--help"],
    ] {
        let words = arguments.split_last().map(|(_, words)| words).unwrap_or_default();
        let name = [&["tidewaiter"], words].concat().join(" ");
        let help = Program::new().run(&arguments).expect(0).stdout;
        let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let _ = write!(text, "\n## {name}\n\n```text\n{help}\n```\n");
    }
    holds("docs/command-line.md", &text);
}

#[test]
fn the_table_of_diagnostics_is_current() {
    let mut text = String::from(
        "# Diagnostics\n\nThis page is made from the program's own list.\nEvery problem in what people write has one of these codes; \
         the words are stable.\nAn error makes `tidewaiter check` exit with 2, a warning only with `--strict`.\n\n\
         | code | level | what it is |\n| --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let _ = writeln!(text, "| `{}` | {} | {} |", code.as_str(), code.level().as_str(), code.meaning());
    }
    holds("docs/diagnostics.md", &text);
}

/// What is carried over from botocore and OPA is what the pinned versions say.
#[test]
fn the_facts_about_shapes_and_builtins_are_current() {
    for (facts, path) in
        [("shapes", "src/snapshot/shapes.json"), ("builtins", "src/policy/check/builtins.json")]
    {
        let printed =
            Command::new(python()).arg(project("tests/support/facts.py")).arg(facts).output().unwrap();
        let said = String::from_utf8_lossy(&printed.stderr);
        assert!(printed.status.success(), "tests/support/facts.py failed: {said}");
        holds(path, &String::from_utf8(printed.stdout).unwrap());
    }
}

#[test]
fn the_table_of_controls_is_current() {
    let report = Program::new().run(["evaluate", "--example", "--format", "json"]).expect(0).json();
    let mut text = String::from(
        "# Controls\n\nThis page is made from the METADATA and framework files of the built-in bundles.\n\n| id | severity | resources | required condition | requirements |\n| --- | --- | --- | --- | --- |\n",
    );
    for control in report["controls"].as_array().unwrap() {
        let cell = |name: &str| control[name].as_str().unwrap_or_default().replace('|', "\\|");
        let mappings = control["mappings"].as_array().unwrap().iter().filter_map(Value::as_str);
        let mappings = mappings.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "| {} | {} | `{}` | {} | {mappings} |",
            cell("id"),
            cell("severity"),
            cell("resources"),
            cell("title")
        );
    }
    holds("docs/controls.md", &text);
}

/// The example estate is a document by its own schema, and so is every example of a control.
#[test]
fn the_example_estate_conforms_to_the_schema() {
    let validator = jsonschema::validator_for(&snapshot::schema()).unwrap();
    let estate = fs::read_to_string(project("examples/estate.json")).unwrap();
    let estate = serde_json::from_str::<Value>(&estate).unwrap();
    let problems = validator.iter_errors(&estate).map(|error| error.to_string()).collect::<Vec<_>>();
    assert_eq!(problems, Vec::<String>::new());
}
