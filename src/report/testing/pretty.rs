//! Tests for people, in the form of `opa test`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Tally, dedented, full_name};
use crate::policy::{FailedAt, TestOutcome, TestResult, TestRun};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default();

/// How many lines of one expression, and of one test's output, are shown.
const LINES: usize = 12;
/// How many cases of one table are shown.
const CASES: usize = 50;
/// The width of the rule above the sums.
const WIDTH: usize = 80;

/// What is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Passing tests too.
    pub verbose: bool,
}

/// The run as text with ANSI colours, which the printer takes out where nobody can see them.
#[must_use]
pub fn render(run: &TestRun, options: Options) -> String {
    let mut text = String::new();
    let mut last_file = None::<&str>;
    for test in &run.tests {
        let shown = options.verbose || test.outcome != TestOutcome::Passed || !test.notes.is_empty();
        if let Some(bench) = test.bench {
            let each = bench.total / bench.runs.max(1);
            let _ = writeln!(text, "{}\t{} runs\t{:.1?} each", full_name(test), bench.runs, each);
        } else if shown {
            if last_file.is_some_and(|last| last != test.file) {
                text.push('\n');
            }
            last_file = Some(&test.file);
            one(&mut text, test, options);
        }
    }
    if !text.is_empty() {
        let _ = writeln!(text, "{}", styled(DIM, "-".repeat(WIDTH)));
    }
    let tally = Tally::of(run);
    let sums = [
        ("PASS", GOOD, tally.passed),
        ("FAIL", BAD, tally.failed),
        ("SKIPPED", WARN, tally.skipped),
        ("ERROR", BAD, tally.errors),
    ];
    for (word, style, count) in sums.into_iter().filter(|(_, _, count)| *count > 0) {
        let _ = writeln!(text, "{}: {count}/{}", styled(style, word), tally.all());
    }
    if tally.all() == 0 {
        let _ = writeln!(text, "no tests were run");
    }
    text
}

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

fn one(text: &mut String, test: &TestResult, options: Options) {
    let (word, style) = match test.outcome {
        TestOutcome::Passed => ("PASS", GOOD),
        TestOutcome::Failed => ("FAIL", BAD),
        TestOutcome::Error(_) => ("ERROR", BAD),
        TestOutcome::Skipped => ("SKIPPED", WARN),
    };
    let _ = writeln!(text, "{}", styled(DIM, format!("{}:{}:", test.file, test.line)));
    let time = if test.duration.is_zero() { String::new() } else { format!(" ({:.1?})", test.duration) };
    let _ = writeln!(text, "{}: {}{time}", styled(BOLD, full_name(test)), styled(style, word));
    if let TestOutcome::Error(message) = &test.outcome {
        let _ = writeln!(text, "  {message}");
    }
    if let Some(failed_at) = &test.failed_at {
        expression(text, failed_at, "  ");
    }
    let shown = test.cases.iter().filter(|case| !case.passed || options.verbose).collect::<Vec<_>>();
    for case in shown.iter().take(CASES) {
        let (word, style) = if case.passed { ("PASS", GOOD) } else { ("FAIL", BAD) };
        let _ = writeln!(text, "  {}: {}", case.path.join(": "), styled(style, word));
        if let Some(failed_at) = &case.failed_at {
            expression(text, failed_at, "    ");
        }
    }
    if shown.len() > CASES {
        let more = format!("… and {} cases more (--format json has all)", shown.len() - CASES);
        let _ = writeln!(text, "  {}", styled(DIM, more));
    }
    for note in &test.notes {
        let _ = writeln!(text, "  {}: {note}", styled(WARN, "note"));
    }
    if !test.output.is_empty() {
        text.push('\n');
        lines(text, &test.output.join("\n"), "  ");
        text.push('\n');
    }
}

/// A failing expression below its place, and what it saw.
fn expression(text: &mut String, failed_at: &FailedAt, indent: &str) {
    let _ = writeln!(text, "{indent}{}", styled(DIM, format!("{}:{}:", failed_at.file, failed_at.line)));
    lines(text, &dedented(&failed_at.text), &format!("{indent}  "));
    if failed_at.values.is_empty() {
        return;
    }
    let names = failed_at.values.iter().map(|(name, _)| dedented(name).replace('\n', " "));
    let names = names.collect::<Vec<_>>();
    // A long part stands above its value.
    let width = names.iter().map(|name| name.chars().count()).filter(|width| *width <= 24).max().unwrap_or(0);
    text.push('\n');
    for (name, (_, value)) in names.iter().zip(&failed_at.values) {
        let _ = match name.chars().count() <= 24 {
            true => writeln!(text, "{indent}  {}  {value}", styled(DIM, format!("{name:width$}"))),
            false => writeln!(text, "{indent}  {}\n{indent}    {value}", styled(DIM, name)),
        };
    }
}

fn lines(text: &mut String, shown: &str, indent: &str) {
    let n_lines = shown.lines().count();
    for line in shown.lines().take(LINES) {
        let _ = writeln!(text, "{indent}{line}");
    }
    if n_lines > LINES {
        let _ = writeln!(text, "{indent}{}", styled(DIM, format!("… and {} lines more", n_lines - LINES)));
    }
}
