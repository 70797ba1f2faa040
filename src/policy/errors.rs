//! The one place that reads the engine's errors, which are rendered text without a structure.

use regorus::LimitError;

use crate::diagnostic::{Code, Diagnostic};

/// Why an evaluation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The policy, or a builtin that it called, failed.
    Error(String),
    /// It ran longer than it may.
    TimeLimit,
    /// The engine panicked.
    Panic(String),
}

/// Tells limits from other errors.
pub(super) fn failure(error: &anyhow::Error) -> Failure {
    // Inside a function the engine turns its own limit into text.
    let is_limit = matches!(error.downcast_ref::<LimitError>(), Some(LimitError::TimeLimitExceeded { .. }));
    if is_limit || error.to_string().contains("execution exceeded time limit (elapsed=") {
        return Failure::TimeLimit;
    }
    let Diagnostic { file, line, column, message, .. } = translate(error, "");
    match (line, column) {
        (Some(line), Some(column)) => Failure::Error(format!("{message} ({file}:{line}:{column})")),
        _ => Failure::Error(message),
    }
}

/// Reads one of the engine's errors; `file` is named when the error names none.
pub(super) fn translate(error: &anyhow::Error, file: &str) -> Diagnostic {
    read(&error.to_string(), file)
}

/// Reads an error as the engine renders it: `--> file:line:column`, the line with a caret below it, `error: message`.
pub(super) fn read(rendered: &str, file: &str) -> Diagnostic {
    let lines = rendered.trim().lines().map(str::trim_end).collect::<Vec<_>>();
    let place = lines.iter().find_map(|line| {
        let mut parts = line.strip_prefix("--> ")?.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((parts.next()?, line, column))
    });
    let message = lines.iter().rev().find_map(|line| line.strip_prefix("error: "));
    let message =
        message.map_or_else(|| one_line(&lines), |message| message.trim_end_matches('.').to_owned());
    match place {
        Some((file, line, column)) => Diagnostic::of_file(file, Code::Rego, message).at(line, column),
        None => Diagnostic::of_file(file, Code::Rego, message),
    }
}

fn one_line(lines: &[&str]) -> String {
    let words = lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>();
    if words.is_empty() { "the engine gave an empty error".to_owned() } else { words.join(" ") }
}
