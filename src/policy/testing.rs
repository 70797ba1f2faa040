//! Running what a bundle brings to prove itself: `test_` rules and examples, with the engine that judges.

use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::Timestamp;
use regorus::Value;

use super::bundle::TEST_SUFFIX;
use super::engine::Prepared;
use super::errors::Failure;
use super::files::{self, Source, Tree};
use super::{Bundles, Limits, Options, data, judge, scan, stack};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::VerdictKind;
use crate::snapshot::Snapshot;

/// How long one test may run, as under `opa test`.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// What became of one `test_` rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The package that the test stands in.
    pub package: String,
    /// The rule.
    pub name: String,
    /// Its file, as messages name it.
    pub file: String,
    /// The line of the rule.
    pub line: usize,
    /// What became of it.
    pub outcome: TestOutcome,
    /// What it printed.
    pub output: Vec<String>,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It is exactly true.
    Passed,
    /// It is undefined, or anything but true.
    Failed,
    /// It could not be evaluated.
    Error(String),
    /// It is called `todo_test_…`.
    Skipped,
}

/// Runs every test of the sources' bundles, each bundle on its own, in the order of files and lines.
///
/// # Errors
///
/// Every problem that keeps the tests of a bundle from being run.
pub fn run_tests(sources: &[Source], limits: &Limits) -> Result<Vec<TestResult>, Vec<Diagnostic>> {
    let run = || {
        let (mut results, mut problems) = (Vec::new(), Vec::new());
        for source in sources {
            for tree in files::read(source, limits, &mut problems) {
                results.extend(run_bundle(&tree, limits, &mut problems));
            }
        }
        if problems.is_empty() { Ok(results) } else { Err(problems) }
    };
    stack::on_large_stack(run).unwrap_or_else(|reason| {
        Err(vec![Diagnostic::of_file("bundles", Code::Rego, format!("the tests could not be run: {reason}"))])
    })
}

fn run_bundle(tree: &Tree, limits: &Limits, problems: &mut Vec<Diagnostic>) -> Vec<TestResult> {
    let (mut policies, mut tests, before) = (Vec::new(), Vec::new(), problems.len());
    for path in tree.files.keys().filter(|path| path.ends_with(".rego")) {
        let file = tree.name(path);
        let Some(text) = tree.text(path, problems) else { continue };
        let scan = scan::scan(&file, text, limits, problems);
        if path.ends_with(TEST_SUFFIX) {
            let package = scan.heads.iter().find(|head| head.word == "package");
            let package =
                package.map(|head| head.rest.split(['#', ';']).next().unwrap_or_default().trim().to_owned());
            for (name, line) in scan::tests(&file, &scan, problems) {
                tests.push((package.clone().unwrap_or_default(), name, file.clone(), line));
            }
        }
        policies.push((file, text.to_owned()));
    }
    let documents = data::documents_unchecked(tree, problems);
    let data = serde_json::Value::Object(data::merge(&documents, problems));
    if problems.len() > before {
        return Vec::new();
    }
    let Some(prepared) = Prepared::new(&policies, &data, problems) else { return Vec::new() };
    let fresh = prepared.with_input(Value::Undefined, TIME_LIMIT);
    let mut engine = fresh.clone();
    let run = tests.into_iter().map(|(package, name, file, line)| {
        let outcome = if name.starts_with("todo_") {
            TestOutcome::Skipped
        } else {
            match engine.evaluate(&format!("data.{package}.{name}"), &fresh) {
                Ok(Value::Bool(true)) => TestOutcome::Passed,
                Ok(_) => TestOutcome::Failed,
                Err(Failure::Error(message)) => TestOutcome::Error(message),
                Err(Failure::Panic(words)) => TestOutcome::Error(format!("the engine panicked: {words}")),
                Err(Failure::TimeLimit) => {
                    TestOutcome::Error(format!("it ran longer than {} s", TIME_LIMIT.as_secs()))
                }
            }
        };
        TestResult { package, name, file, line, outcome, output: engine.take_prints() }
    });
    run.collect()
}

/// What became of one example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// The package of the control that the example belongs to.
    pub package: String,
    /// Its file, as messages name it.
    pub file: String,
    /// What its name says that it shows.
    pub shows: ExampleKind,
    /// Why it does not show it; `None` when it does.
    pub problem: Option<String>,
}

/// What an example shows, by the beginning of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExampleKind {
    /// `fail_…`: something fails.
    Fail,
    /// `pass_…`: nothing fails and nothing is unknown.
    Pass,
    /// `unknown_…`: something is unknown and nothing fails.
    Unknown,
}

impl ExampleKind {
    fn of(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".json")?;
        [("fail_", Self::Fail), ("pass_", Self::Pass), ("unknown_", Self::Unknown)]
            .into_iter()
            .find(|(prefix, _)| stem.starts_with(prefix))
            .map(|(_, kind)| kind)
    }
}

/// Judges every example of every control of the sources' bundles with that control alone.
///
/// An `examples/params.yaml` is laid over the defaults for the examples beside it.
///
/// # Errors
///
/// Every problem of the bundles, or of the parameters beside examples.
pub fn run_examples(sources: &[Source], limits: &Limits) -> Result<Vec<ExampleResult>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let trees =
        sources.iter().flat_map(|source| files::read(source, limits, &mut problems)).collect::<Vec<_>>();
    if !problems.is_empty() {
        return Err(problems);
    }
    let defaults = Bundles::load(sources, None, limits)?;
    let mut results = Vec::new();
    for tree in &trees {
        for control in defaults.all_controls() {
            let Some(path) = control.package.strip_prefix("tidewaiter.") else { continue };
            let folder = format!("{}/examples/", path.replace('.', "/"));
            let examples = tree.files.keys().filter_map(|path| {
                let kind = ExampleKind::of(path.strip_prefix(&folder)?)?;
                Some((path, kind))
            });
            let examples = examples.collect::<Vec<_>>();
            if examples.is_empty() {
                continue;
            }
            let params = format!("{folder}params.yaml");
            let name = tree.name(&params);
            let bundles = match tree.text(&params, &mut problems) {
                Some(text) => Bundles::load(sources, Some((&name, text)), limits)?,
                None => defaults.clone(),
            };
            let Ok(bundles) = bundles.select(std::slice::from_ref(&control.id)) else { continue };
            for (path, shows) in examples {
                let problem = match tree.text(path, &mut problems).map(Snapshot::from_json) {
                    Some(Ok(snapshot)) => shown(&bundles, &snapshot, shows),
                    Some(Err(error)) => Some(with_cause(&error)),
                    None => Some("the file is not UTF-8".to_owned()),
                };
                results.push(ExampleResult {
                    package: control.package.clone(),
                    file: tree.name(path),
                    shows,
                    problem,
                });
            }
        }
    }
    if problems.is_empty() { Ok(results) } else { Err(problems) }
}

fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Why a document does not show what its name says.
fn shown(bundles: &Bundles, snapshot: &Snapshot, shows: ExampleKind) -> Option<String> {
    let options = Options { threads: NonZeroUsize::MIN, ..Options::default() };
    let judgement = judge(bundles, snapshot, &[], Timestamp::UNIX_EPOCH, &options);
    if let Some(error) = judgement.errors.first() {
        return Some(error.message.clone());
    }
    let count = |kind| judgement.verdicts.iter().filter(|verdict| verdict.outcome.kind() == kind).count();
    let (n_failed, n_unknown) = (count(VerdictKind::Failed), count(VerdictKind::Unknown));
    let problem = match shows {
        ExampleKind::Fail if n_failed == 0 => "nothing fails",
        ExampleKind::Pass if n_failed > 0 => "something fails",
        ExampleKind::Pass if n_unknown > 0 => "something is unknown",
        ExampleKind::Pass if judgement.verdicts.is_empty() => "the control has nothing to judge",
        ExampleKind::Unknown if n_failed > 0 => "something fails",
        ExampleKind::Unknown if n_unknown == 0 => "nothing is unknown",
        ExampleKind::Fail | ExampleKind::Pass | ExampleKind::Unknown => return None,
    };
    let verdicts = judgement
        .verdicts
        .iter()
        .take(5)
        .map(|verdict| format!("{}: {:?}", verdict.resource, verdict.outcome));
    Some(format!("{problem} ({})", verdicts.collect::<Vec<_>>().join("; ")))
}
