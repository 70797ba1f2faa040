//! Generated documents: written from the code, compared in every test run.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tidewaiter::diagnostic::Code;
use tidewaiter::guardrails::Guardrails;
use tidewaiter::policy::{Bundles, Limits, Source};
use tidewaiter::{access, report, snapshot};

use crate::support::program::{Program, project};
use crate::support::python;

/// Compares a generated document with the one in `docs/`, or rewrites it when `TIDEWAITER_UPDATE` is set.
#[track_caller]
pub(crate) fn holds(path: &str, text: &str) {
    let file = project(path);
    #[expect(clippy::disallowed_methods, reason = "the switch of the tests themselves")]
    if std::env::var_os("TIDEWAITER_UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
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
    for command in [
        "",
        "run",
        "snapshot",
        "evaluate",
        "check",
        "bundle",
        "bundle build",
        "bundle inspect",
        "bundle sign",
        "bundle verify",
        "test",
        "diff",
        "fixture",
        "access",
        "guardrails",
        "new control",
        "controls list",
        "controls show",
        "controls docs",
    ] {
        let name = format!("tidewaiter {command}").trim_end().to_owned();
        let help = Program::new().run(command.split_whitespace().chain(["--help"])).expect(0).stdout;
        let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        let _ = write!(text, "\n## {name}\n\n```text\n{help}\n```\n");
    }
    holds("docs/command-line.md", &text);
}

/// Parameters for which every guardrail is made.
const EVERY_GUARDRAIL: &str = "
allowed_subnets: {ids: [subnet-0a1b2c3d]}
capacity_not_allowed: {allowed: [FARGATE]}
compatibility_not_allowed: {allowed: [FARGATE]}
ephemeral_storage_without_own_key: {required: true}
required_tags: {keys: [owner]}
task_size_not_allowed: {cpu: [256], memory: [512]}
";

#[test]
fn the_table_of_guardrails_is_current() {
    let params = Some(("params.yaml", EVERY_GUARDRAIL));
    let bundles = Bundles::load(&[Source::Builtin], params, &Limits::default()).unwrap();
    let controls = bundles.controls().iter().map(AsRef::as_ref);
    let made = Guardrails::of(controls, bundles.params(), &[], access::reference());
    let unmade = made.rows.iter().filter(|row| row.unmade.is_some()).collect::<Vec<_>>();
    assert!(unmade.is_empty(), "{unmade:?}");
    let text = format!("{GUARDRAILS}{}", report::guardrails::page(&made));
    holds("docs/guardrails.md", &text);
}

const GUARDRAILS: &str = "# Guardrails

This page is made from the program's own table.
`tidewaiter guardrails iam|scp|permissions-boundary` makes policies that refuse what controls detect, for the parameters that the \
controls are judged with: the subnets, sizes and tags stand in one place.

- Every statement is a `Deny`, so that it holds whatever else a principal is allowed.
- A call that creates something is refused when it leaves unsaid what AWS would then choose wrongly.
  A call that changes something is refused for what it says, and what it leaves unsaid stays as it was.
- A guardrail whose parameter is empty is not made; `--format table` says so.
- `--exempt` keeps statements from a role of last resort. Service-linked roles are not subject to service control policies.
- What no request shows, no policy can refuse: it is left to the controls, and so is everything that existed before.

";

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

/// What is carried over from botocore, OPA and the Service Authorization Reference is what the pinned versions say.
#[test]
fn the_facts_about_shapes_builtins_and_access_are_current() {
    for (facts, path) in [
        ("shapes", "src/snapshot/shapes.json"),
        ("builtins", "src/policy/check/builtins.json"),
        ("access", "src/access/reference.json"),
    ] {
        let printed =
            Command::new(python()).arg(project("tests/support/facts.py")).arg(facts).output().unwrap();
        let said = String::from_utf8_lossy(&printed.stderr);
        assert!(printed.status.success(), "tests/support/facts.py failed: {said}");
        holds(path, &String::from_utf8(printed.stdout).unwrap());
    }
}

#[test]
fn the_pages_of_controls_are_current() {
    let program = Program::new();
    program.run(["controls", "docs"]).expect(0);
    let names = |directory: &Path| {
        let entries = fs::read_dir(directory).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    let made = names(&program.path("docs/controls"));
    for name in &made {
        let text = fs::read_to_string(program.path("docs/controls").join(name)).unwrap();
        holds(&format!("docs/controls/{name}"), &text);
    }
    assert_eq!(
        names(&project("docs/controls")),
        made,
        "pages of controls that are gone, or files of another kind"
    );
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
