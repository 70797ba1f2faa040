//! Tests as JUnit XML: a suite per package, a case per test or case of a table, each with a name of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{brackets, dedented};
use crate::policy::{FailedAt, TestOutcome, TestResult, TestRun};

/// The run as XML.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn render(run: &TestRun) -> Result<String, SerializeError> {
    let mut suites = BTreeMap::<&str, Vec<&TestResult>>::new();
    for test in &run.tests {
        suites.entry(&test.package).or_default().push(test);
    }
    let mut report = Report::new("tidewaiter test");
    report.set_time(run.tests.iter().map(|test| test.duration).sum());
    let mut names = BTreeMap::new();
    for (package, tests) in suites {
        let mut suite = TestSuite::new(package);
        suite.set_time(tests.iter().map(|test| test.duration).sum());
        for test in tests {
            suite.add_test_cases(cases(test, &mut names));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn cases(test: &TestResult, names: &mut BTreeMap<String, usize>) -> Vec<TestCase> {
    let name = format!("{}.{}", test.package, test.name);
    let mut case = |name: String, status, time: Duration| {
        let count = names.entry(name.clone()).or_default();
        let unique = if *count == 0 { name } else { format!("{name}#{count:02}") };
        *count += 1;
        let mut case = TestCase::new(unique, status);
        case.set_classname(test.package.as_str()).set_time(time);
        case.extra.insert("file".into(), test.file.as_str().into());
        case.extra.insert("line".into(), test.line.to_string().as_str().into());
        if !test.output.is_empty() {
            case.set_system_out(test.output.join("\n"));
        }
        case
    };
    match &test.outcome {
        TestOutcome::Passed | TestOutcome::Failed if !test.cases.is_empty() => {
            let each = test.cases.iter().map(|it| {
                let status =
                    if it.passed { TestCaseStatus::success() } else { failed(it.failed_at.as_ref()) };
                case(format!("{name}{}", brackets(&it.path)), status, Duration::ZERO)
            });
            each.collect()
        }
        TestOutcome::Passed => vec![case(name, TestCaseStatus::success(), test.duration)],
        TestOutcome::Failed => vec![case(name, failed(test.failed_at.as_ref()), test.duration)],
        TestOutcome::Skipped => vec![case(name, TestCaseStatus::skipped(), test.duration)],
        TestOutcome::Error(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(message.as_str());
            vec![case(name, status, test.duration)]
        }
    }
}

fn failed(at: Option<&FailedAt>) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    match at {
        Some(at) => {
            let text = dedented(&at.text);
            let values = at.values.iter().map(|(name, value)| format!("\n{name}: {value}"));
            status.set_message(format!("{}:{} does not hold", at.file, at.line));
            status.set_description(format!("{text}{}", values.collect::<String>()));
        }
        None => {
            status.set_message("the test is not true");
        }
    }
    status
}
