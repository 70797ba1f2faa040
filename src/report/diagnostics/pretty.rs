//! Problems for people, as compilers show them.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};

use super::Findings;
use crate::diagnostic::{Diagnostic, Level};

/// The width when the terminal does not tell.
const WIDTH: usize = 110;

/// The problems as text with ANSI colours, which the printer takes out where nobody can see them.
///
/// `width` is the terminal's, in columns.
#[must_use]
pub fn render(findings: &Findings<'_>, width: Option<u16>) -> String {
    let renderer = Renderer::styled().term_width(width.map_or(WIDTH, usize::from));
    let mut text = String::new();
    for problem in findings.problems {
        let _ = writeln!(text, "{}\n", renderer.render(&[group(findings, problem)]));
    }
    let policies = counted(findings.n_policies, "policy", "policies");
    let (n_errors, n_warnings) = (findings.count(Level::Error), findings.count(Level::Warning));
    let _ = match (n_errors, n_warnings) {
        (0, 0) => writeln!(text, "{policies}: nothing is wrong"),
        _ => writeln!(
            text,
            "{policies}: {}, {}",
            counted(n_errors, "error", "errors"),
            counted(n_warnings, "warning", "warnings")
        ),
    };
    text
}

fn group<'a>(findings: &Findings<'a>, problem: &'a Diagnostic) -> Group<'a> {
    let level = match problem.code.level() {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let title = level.primary_title(problem.message.as_str()).id(problem.code.as_str());
    let mut group = match findings.line(problem) {
        Some((line, number, span)) => title.element(
            Snippet::source(line)
                .line_start(number)
                .path(problem.file.as_str())
                .annotation(AnnotationKind::Primary.span(span)),
        ),
        None => title.element(origin(problem)),
    };
    if let Some(help) = &problem.help {
        group = group.element(Shown::HELP.message(help.as_str()));
    }
    group
}

/// A place whose text is not at hand.
fn origin(problem: &Diagnostic) -> Origin<'_> {
    let origin = Origin::path(problem.file.as_str());
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => origin.line(line).char_column(column),
        (Some(line), None) => origin.line(line),
        _ => origin,
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
