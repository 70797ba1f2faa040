//! Coverage for people: a line per policy, or every policy with its lines marked.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::policy::{Coverage, FileCoverage};

const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const WARN: Style = AnsiColor::Yellow.on_default();

/// The width that a list of lines keeps to.
const WIDTH: usize = 80;

/// A line per policy: percent, lines, and which lines were missed.
#[must_use]
pub fn render(coverage: &Coverage) -> String {
    let mut text = String::new();
    for file in &coverage.files {
        let all = file.covered.len() + file.not_covered.len();
        let percent = styled(style(file.percent()), format!("{:6.2} %", file.percent()));
        let _ = writeln!(text, "{percent}  {:>9}  {}", format!("{}/{all}", file.covered.len()), file.file);
        if !file.not_covered.is_empty() && !file.covered.is_empty() {
            for line in wrapped(&ranges(&file.not_covered)) {
                let _ = writeln!(text, "{}", styled(DIM, line));
            }
        }
    }
    let (covered, all) = coverage.lines();
    let percent = styled(style(coverage.percent()), format!("{:6.2} %", coverage.percent()));
    let _ = writeln!(text, "{percent}  {:>9}  all policies", format!("{covered}/{all}"));
    text
}

/// Every policy with each line marked: `+` was evaluated, `-` was not.
#[must_use]
pub fn source(coverage: &Coverage) -> String {
    coverage.files.iter().map(marked).collect()
}

fn marked(file: &FileCoverage) -> String {
    let mut text =
        format!("{} {}\n", file.file, styled(style(file.percent()), format!("{:.2} %", file.percent())));
    for (number, line) in (1_u32..).zip(file.text.lines()) {
        let _ = match (file.covered.contains(&number), file.not_covered.contains(&number)) {
            (true, _) => writeln!(text, "{}", styled(GOOD, format!("{number:>5} + {line}"))),
            (false, true) => writeln!(text, "{}", styled(BAD, format!("{number:>5} - {line}"))),
            (false, false) => writeln!(text, "{number:>5}   {line}"),
        };
    }
    text.push('\n');
    text
}

fn style(percent: f64) -> Style {
    match percent {
        _ if percent >= 95.0 => GOOD,
        _ if percent >= 80.0 => WARN,
        _ => BAD,
    }
}

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Lines that follow each other, as `3` or `3-5`.
pub(super) fn runs(lines: &BTreeSet<u32>) -> Vec<(u32, u32)> {
    let mut runs = Vec::<(u32, u32)>::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    runs
}

fn ranges(lines: &BTreeSet<u32>) -> Vec<String> {
    let shown =
        |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs(lines).into_iter().map(shown).collect()
}

fn wrapped(ranges: &[String]) -> Vec<String> {
    let indent = " ".repeat(21);
    let mut lines = vec![format!("{indent}missed")];
    for range in ranges {
        match lines.last_mut() {
            Some(line) if line.chars().count() + range.len() + 2 < WIDTH => line.extend([" ", range]),
            _ => lines.push(format!("{indent}       {range}")),
        }
    }
    lines
}
