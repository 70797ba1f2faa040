//! What is wrong with tests as SARIF 2.1.0, for code scanning: a result per failure, error and note.

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, Region,
    ReportingDescriptor, Result as Outcome, ResultLevel, Run, SCHEMA_URL, Sarif, Tool, ToolComponent,
};

use super::{brackets, dedented, full_name};
use crate::policy::{FailedAt, TestOutcome, TestResult, TestRun};
use crate::report::diagnostics::sarif::uri;

/// The kinds of results, and what they mean.
const RULES: [(&str, &str); 3] = [
    ("test-failed", "A test is not true"),
    ("test-error", "A test could not be evaluated, or not told apart"),
    ("test-note", "A test deserves a look"),
];

/// The run as one SARIF log.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn render(run: &TestRun) -> serde_json::Result<String> {
    let rules = RULES.map(|(id, text)| {
        let text = MultiformatMessageString::builder().text(text).build();
        ReportingDescriptor::builder().id(id).short_description(text).build()
    });
    let driver = ToolComponent::builder()
        .name("tidewaiter test")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(rules.to_vec())
        .build();
    let results = run.tests.iter().flat_map(results).collect::<Vec<_>>();
    let run = Run::builder().tool(Tool::builder().driver(driver).build()).results(results).build();
    let log = Sarif::builder().schema(SCHEMA_URL).version(json!("2.1.0")).runs(vec![run]).build();
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn results(test: &TestResult) -> Vec<Outcome> {
    let name = full_name(test);
    let here = |id: &str, level, text: String| result(id, level, text, &test.file, test.line);
    let failed = |name: String, at: Option<&FailedAt>| match at {
        Some(at) => {
            let text = format!("`{name}` fails: {} does not hold", dedented(&at.text));
            result("test-failed", ResultLevel::Error, text, &at.file, at.line)
        }
        None => here("test-failed", ResultLevel::Error, format!("`{name}` fails")),
    };
    let mut results = match &test.outcome {
        TestOutcome::Passed | TestOutcome::Skipped => Vec::new(),
        TestOutcome::Error(message) => {
            vec![here("test-error", ResultLevel::Error, format!("`{name}`: {message}"))]
        }
        TestOutcome::Failed if !test.cases.is_empty() => {
            let cases = test.cases.iter().filter(|case| !case.passed);
            cases
                .map(|case| failed(format!("{name}{}", brackets(&case.path)), case.failed_at.as_ref()))
                .collect()
        }
        TestOutcome::Failed => vec![failed(name.clone(), test.failed_at.as_ref())],
    };
    let notes = test.notes.iter().map(|note| format!("`{name}`: {note}"));
    results.extend(notes.map(|text| here("test-note", ResultLevel::Warning, text)));
    results
}

fn result(id: &str, level: ResultLevel, text: String, file: &str, line: usize) -> Outcome {
    let region = Region::builder().start_line(i64::try_from(line).unwrap_or(i64::MAX)).build();
    let file = ArtifactLocation::builder().uri(uri(file)).build();
    let place = PhysicalLocation::builder().artifact_location(file).region(region).build();
    Outcome::builder()
        .rule_id(id)
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(vec![Location::builder().physical_location(place).build()])
        .build()
}
