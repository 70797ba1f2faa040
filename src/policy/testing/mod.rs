//! Running what policies bring to prove themselves: `test_` rules of any Rego library, and the examples of controls.
//!
//! The rules of the game are those of `opa test`: a test passes when it is exactly true, a builtin that fails makes its
//! expression undefined, each test has its own time, and what it prints is its own. This room is apart from the judge
//! because it must take policies that know nothing of controls, and because the engine, asked plainly, would hide things:
//! of two bodies of one test either can cover for the other, and a table's failing cases are simply not there. Both are
//! taken apart by small rules that are written from the test's own text (`synthetic.rs`); what cannot be taken apart is an
//! error with its reason, never a pass.
//!
//! - `load.rs` finds policies and data as `opa test` does, `repair.rs` writes out what the engine does not parse, and
//!   `loaded.rs` makes engines of them.
//! - `definitions.rs` finds the tests, `run.rs` spreads them over threads.
//! - `cases.rs` takes tables apart, `failing.rs` finds the expression that does not hold.
//! - `reach.rs` divides a library into parts that are asked apart, because the engine slows down with every rule.
//! - `uses.rs` knows who reads `input` and who calls what; `coverage.rs` merges what the threads saw.

mod cases;
mod coverage;
mod definitions;
mod examples;
mod failing;
mod load;
mod loaded;
mod reach;
pub(super) mod repair;
mod run;
mod synthetic;
mod uses;

#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use globset::GlobMatcher;
use regex::Regex;

use super::{Limits, Source};
use crate::diagnostic::Diagnostic;

pub use coverage::{Coverage, FileCoverage};
pub use examples::{ExampleKind, ExampleResult, run_examples};

/// Where tests come from.
#[derive(Debug, Clone, Default)]
pub struct TestPaths {
    /// Files and directories.
    pub paths: Vec<PathBuf>,
    /// Whether each path is an OPA bundle: only `data.json` and `data.yaml` are data, and roots are kept to.
    pub as_bundles: bool,
    /// Names of files and directories that are left out below the paths.
    pub ignore: Vec<GlobMatcher>,
    /// Whether policies are Rego as it was before OPA 1.0.
    pub v0: bool,
}

/// How tests are run.
#[derive(Debug, Clone)]
pub struct TestOptions {
    /// Only tests whose path (`data.package.rule`) matches.
    pub filter: Option<Regex>,
    /// How long one test may run.
    pub time_limit: Duration,
    /// How many run at a time.
    pub threads: NonZeroUsize,
    /// Whether to count which lines are evaluated.
    pub coverage: bool,
    /// Whether to find out what the variables of a failing test are.
    pub values: bool,
    /// Run each passing test again and again for this long, one at a time.
    pub bench: Option<Duration>,
}

impl Default for TestOptions {
    fn default() -> Self {
        Self {
            filter: None,
            time_limit: Duration::from_secs(5),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            coverage: false,
            values: false,
            bench: None,
        }
    }
}

/// What a run of tests found.
#[derive(Debug, Clone, Default)]
pub struct TestRun {
    /// Every test, by file and line.
    pub tests: Vec<TestResult>,
    /// Which lines were evaluated, when that was asked.
    pub coverage: Option<Coverage>,
}

/// What became of one `test_` rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The package that the test stands in, without `data`.
    pub package: String,
    /// The rule; a further body of the same name is called `…#01`, as OPA calls it.
    pub name: String,
    /// Its file, as messages name it.
    pub file: String,
    /// The line of the rule.
    pub line: usize,
    /// What became of it.
    pub outcome: TestOutcome,
    /// How long it took.
    pub duration: Duration,
    /// What it printed.
    pub output: Vec<String>,
    /// The cases of a table, by name.
    pub cases: Vec<CaseResult>,
    /// The expression that does not hold, when the test is no table.
    pub failed_at: Option<FailedAt>,
    /// What somebody should know although it decides nothing.
    pub notes: Vec<String>,
    /// How fast it is, when that was asked.
    pub bench: Option<Bench>,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It is exactly true; of a table, each case.
    Passed,
    /// It is undefined, or anything but true.
    Failed,
    /// It could not be evaluated, or not told apart.
    Error(String),
    /// It is called `todo_test_…`.
    Skipped,
}

/// What became of one case of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// Its name, as many parts as the rule's head has brackets.
    pub path: Vec<String>,
    /// Whether it holds.
    pub passed: bool,
    /// The expression that does not hold.
    pub failed_at: Option<FailedAt>,
}

/// An expression that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAt {
    /// The file.
    pub file: String,
    /// The line that the expression begins in.
    pub line: usize,
    /// The expression as it was written.
    pub text: String,
    /// Variables and parts of the expression with their values, cut to a sane length.
    pub values: Vec<(String, String)>,
}

/// How fast a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bench {
    /// How often it was run.
    pub runs: u32,
    /// How long that took.
    pub total: Duration,
}

/// Finds and runs every test below the paths.
///
/// # Errors
///
/// Every problem that keeps tests from being run.
pub fn test(paths: &TestPaths, options: &TestOptions, limits: &Limits) -> Result<TestRun, Vec<Diagnostic>> {
    load::from_paths(paths, limits).and_then(|libraries| run::run(libraries, options))
}

/// Runs every test of the sources' bundles, each bundle on its own, in the order of files and lines.
///
/// # Errors
///
/// Every problem that keeps the tests of a bundle from being run.
pub fn run_tests(sources: &[Source], limits: &Limits) -> Result<Vec<TestResult>, Vec<Diagnostic>> {
    let libraries = load::from_sources(sources, limits)?;
    run::run(libraries, &TestOptions::default()).map(|run| run.tests)
}
