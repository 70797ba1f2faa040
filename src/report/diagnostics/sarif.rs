//! Problems as SARIF 2.1.0, which code hosts show beside the lines of a change.

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, Region,
    ReportingConfiguration, ReportingDescriptor, Result as Outcome, ResultLevel, Run, SCHEMA_URL, Sarif,
    Tool, ToolComponent,
};

use super::Findings;
use crate::diagnostic::{Code, Diagnostic, Level};

/// The problems as a SARIF log with one run.
///
/// # Errors
///
/// None that text can cause.
pub fn render(findings: &Findings<'_>) -> Result<String, serde_json::Error> {
    let driver = ToolComponent::builder()
        .name("tidewaiter")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(findings.problems.iter().map(|problem| result(findings, problem)).collect::<Vec<_>>())
        .column_kind(json!("unicodeCodePoints"))
        .build();
    let log = Sarif::builder().schema(SCHEMA_URL).version(json!("2.1.0")).runs(vec![run]).build();
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn rule(code: Code) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(code.as_str())
        .short_description(MultiformatMessageString::builder().text(code.meaning()).build())
        .default_configuration(ReportingConfiguration::builder().level(json!(code.level().as_str())).build())
        .build()
}

fn result(findings: &Findings<'_>, problem: &Diagnostic) -> Outcome {
    let level = match problem.code.level() {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
    };
    let text = match &problem.help {
        Some(help) => format!("{}\n{help}", problem.message),
        None => problem.message.clone(),
    };
    let file = ArtifactLocation::builder().uri(uri(&problem.file)).build();
    let place = match region(findings, problem) {
        Some(region) => PhysicalLocation::builder().artifact_location(file).region(region).build(),
        None => PhysicalLocation::builder().artifact_location(file).build(),
    };
    Outcome::builder()
        .rule_id(problem.code.as_str())
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(vec![Location::builder().physical_location(place).build()])
        .build()
}

fn region(findings: &Findings<'_>, problem: &Diagnostic) -> Option<Region> {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (line, column) = (problem.line?, problem.column.unwrap_or(1));
    let length = findings
        .line(problem)
        .map_or(1, |(line, _, span)| line.get(span).unwrap_or_default().chars().count().max(1));
    Some(
        Region::builder()
            .start_line(number(line))
            .start_column(number(column))
            .end_column(number(column + length))
            .build(),
    )
}

/// A path as a URI reference.
pub(in crate::report) fn uri(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const ESCAPED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`')
        .add(b'{')
        .add(b'}');
    utf8_percent_encode(path, ESCAPED).to_string()
}
