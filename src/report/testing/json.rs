//! Tests for programs: one object with a versioned schema, whose entries also have the keys of `opa test --format json`,
//! and whose coverage that of `opa test --coverage`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Tally, coverage};
use crate::policy::{CaseResult, Coverage, FailedAt, TestOutcome, TestResult, TestRun};

/// The version of the object; it changes when a program that reads it would read it wrongly.
const VERSION: &str = "1";

#[derive(Serialize)]
struct Wire<'a> {
    version: &'static str,
    summary: Summary,
    tests: Vec<Test<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    coverage: Option<WireCoverage<'a>>,
}

#[derive(Serialize)]
struct Summary {
    passed: usize,
    failed: usize,
    errors: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Test<'a> {
    package: String,
    name: &'a str,
    file: &'a str,
    line: usize,
    outcome: &'static str,
    duration_ns: u64,
    output: String,
    location: Location<'a>,
    duration: u64,
    #[serde(skip_serializing_if = "is_false")]
    fail: bool,
    #[serde(skip_serializing_if = "is_false")]
    skip: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Failed<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sub_results: BTreeMap<&'a str, SubResult<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    benchmark_result: Option<Benchmark>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    row: usize,
    col: usize,
}

#[derive(Serialize)]
struct Error<'a> {
    message: &'a str,
}

#[derive(Serialize)]
struct Failed<'a> {
    text: &'a str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize, Default)]
struct SubResult<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "is_false")]
    fail: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Failed<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    sub_results: BTreeMap<&'a str, SubResult<'a>>,
}

#[derive(Serialize)]
struct Benchmark {
    #[serde(rename = "N")]
    runs: u32,
    #[serde(rename = "T")]
    total_ns: u64,
}

#[derive(Serialize)]
struct WireCoverage<'a> {
    files: BTreeMap<&'a str, FileCoverage>,
    covered_lines: usize,
    not_covered_lines: usize,
    coverage: f64,
}

#[derive(Serialize)]
struct FileCoverage {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    covered: Vec<Range>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_covered: Vec<Range>,
    covered_lines: usize,
    not_covered_lines: usize,
    coverage: f64,
}

#[derive(Serialize)]
struct Range {
    start: Row,
    end: Row,
}

#[derive(Serialize)]
struct Row {
    row: u32,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// The run as one JSON object.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn render(run: &TestRun) -> serde_json::Result<String> {
    let Tally { passed, failed, errors, skipped } = Tally::of(run);
    let wire = Wire {
        version: VERSION,
        summary: Summary { passed, failed, errors, skipped },
        tests: run.tests.iter().map(test).collect(),
        coverage: run.coverage.as_ref().map(lines),
    };
    let mut text = serde_json::to_string_pretty(&wire)?;
    text.push('\n');
    Ok(text)
}

fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn test(test: &TestResult) -> Test<'_> {
    let (outcome, error) = match &test.outcome {
        TestOutcome::Passed => ("pass", None),
        TestOutcome::Failed => ("fail", None),
        TestOutcome::Error(message) => ("error", Some(Error { message })),
        TestOutcome::Skipped => ("skip", None),
    };
    let mut sub_results = BTreeMap::new();
    for case in &test.cases {
        insert(&mut sub_results, &case.path, case);
    }
    Test {
        package: format!("data.{}", test.package),
        name: &test.name,
        file: &test.file,
        line: test.line,
        outcome,
        duration_ns: nanoseconds(test.duration),
        output: test.output.join("\n"),
        location: Location { file: &test.file, row: test.line, col: 1 },
        duration: nanoseconds(test.duration),
        fail: test.outcome == TestOutcome::Failed,
        skip: test.outcome == TestOutcome::Skipped,
        error,
        failed_at: test.failed_at.as_ref().map(failed),
        sub_results,
        notes: &test.notes,
        benchmark_result: test
            .bench
            .map(|bench| Benchmark { runs: bench.runs, total_ns: nanoseconds(bench.total) }),
    }
}

/// A case below the parts of its name; what is above a failing case fails.
fn insert<'a>(into: &mut BTreeMap<&'a str, SubResult<'a>>, path: &'a [String], case: &'a CaseResult) {
    let Some((name, rest)) = path.split_first() else { return };
    let entry = into.entry(name).or_insert_with(|| SubResult { name, ..SubResult::default() });
    entry.fail |= !case.passed;
    if rest.is_empty() {
        entry.failed_at = case.failed_at.as_ref().map(failed);
    } else {
        insert(&mut entry.sub_results, rest, case);
    }
}

fn failed(failed_at: &FailedAt) -> Failed<'_> {
    Failed {
        text: &failed_at.text,
        location: Location { file: &failed_at.file, row: failed_at.line, col: 1 },
        values: failed_at.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
    }
}

fn lines(found: &Coverage) -> WireCoverage<'_> {
    let ranges = |lines| {
        let runs = coverage::runs(lines).into_iter();
        runs.map(|(first, last)| Range { start: Row { row: first }, end: Row { row: last } }).collect()
    };
    let files = found.files.iter().map(|file| {
        let shown = FileCoverage {
            covered: ranges(&file.covered),
            not_covered: ranges(&file.not_covered),
            covered_lines: file.covered.len(),
            not_covered_lines: file.not_covered.len(),
            coverage: file.percent(),
        };
        (file.file.as_str(), shown)
    });
    let (covered, all) = found.lines();
    WireCoverage {
        files: files.collect(),
        covered_lines: covered,
        not_covered_lines: all - covered,
        coverage: found.percent(),
    }
}
