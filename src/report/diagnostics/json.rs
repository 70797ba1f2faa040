//! Problems for programs: one object with a versioned schema.

use serde::Serialize;

use super::Findings;
use crate::diagnostic::Level;

/// The version of the object; it changes when a program that reads it would read it wrongly.
pub const VERSION: &str = "1";

#[derive(Serialize)]
struct Wire<'a> {
    version: &'static str,
    policies: usize,
    errors: usize,
    warnings: usize,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    code: &'static str,
    level: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    snippet: Option<&'a str>,
}

/// The problems as one JSON object.
///
/// # Errors
///
/// None that text can cause.
pub fn render(findings: &Findings<'_>) -> Result<String, serde_json::Error> {
    let problems = findings.problems.iter().map(|problem| Problem {
        file: &problem.file,
        line: problem.line,
        column: problem.column,
        code: problem.code.as_str(),
        level: problem.code.level().as_str(),
        message: &problem.message,
        help: problem.help.as_deref(),
        snippet: findings.line(problem).map(|(line, _, _)| line),
    });
    let wire = Wire {
        version: VERSION,
        policies: findings.n_policies,
        errors: findings.count(Level::Error),
        warnings: findings.count(Level::Warning),
        problems: problems.collect(),
    };
    serde_json::to_string_pretty(&wire).map(|text| text + "\n")
}
