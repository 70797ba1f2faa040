//! What a run of tests found, one file per format.
//!
//! Apart from the report of a pass, with which it has nothing in common but the terminal.

mod coverage;
mod json;
mod junit;
mod pretty;
mod sarif;
#[cfg(test)]
mod tests;

use crate::policy::{TestOutcome, TestResult, TestRun};

pub use coverage::{render as coverage, source as coverage_source};
pub use json::render as json;
pub use junit::render as junit;
pub use pretty::{Options as PrettyOptions, render as pretty};
pub use sarif::render as sarif;

/// How many tests, or cases of tables, came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Exactly true.
    pub passed: usize,
    /// Anything else.
    pub failed: usize,
    /// Not evaluated to the end.
    pub errors: usize,
    /// Not run.
    pub skipped: usize,
}

impl Tally {
    /// Counts a run; a table counts by its cases, as under OPA.
    #[must_use]
    pub fn of(run: &TestRun) -> Self {
        let mut tally = Self::default();
        for test in &run.tests {
            match &test.outcome {
                TestOutcome::Skipped => tally.skipped += 1,
                TestOutcome::Error(_) => tally.errors += 1,
                TestOutcome::Passed | TestOutcome::Failed if !test.cases.is_empty() => {
                    let passed = test.cases.iter().filter(|case| case.passed).count();
                    tally.passed += passed;
                    tally.failed += test.cases.len() - passed;
                }
                TestOutcome::Passed => tally.passed += 1,
                TestOutcome::Failed => tally.failed += 1,
            }
        }
        tally
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> usize {
        self.passed + self.failed + self.errors + self.skipped
    }
}

/// A test's name with its package, as OPA writes it.
fn full_name(test: &TestResult) -> String {
    format!("data.{}.{}", test.package, test.name)
}

/// A case's name behind its test's: `[one][two]`.
fn brackets(path: &[String]) -> String {
    path.iter().map(|part| format!("[{part}]")).collect()
}

/// An expression without what indents all of its lines but the first.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let common = text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines = text.lines().enumerate().map(|(at, line)| {
        let line = if at == 0 { line } else { line.get(common..).unwrap_or(line.trim_start()) };
        line.trim_end().replace('\t', "    ")
    });
    lines.collect::<Vec<_>>().join("\n")
}
