//! Every test of every library, spread over threads and put back in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use regorus::Value;

use super::super::engine::Prepared;
use super::super::stack;
use super::cases::{Case, Table};
use super::coverage;
use super::definitions::{self, Definition, Kind, path_text};
use super::failing::Failing;
use super::load::Library;
use super::loaded::{Answer, Asker, Loaded};
use super::reach::{self, Part};
use super::synthetic::{self, Synthetic};
use super::{Bench, CaseResult, Coverage, TestOptions, TestOutcome, TestResult, TestRun};
use crate::diagnostic::{Code, Diagnostic};

/// How many failures are looked into, and how many of one table; each costs the engine the loading of a few more policies.
const EXPLAINED: usize = 100;
const EXPLAINED_CASES: usize = 10;
/// How long all that looking may take, in every thread together.
const EXPLAINING: Duration = Duration::from_secs(10);

/// How one definition is asked for.
#[derive(Debug)]
enum Plan {
    /// It is not run.
    Skip,
    /// It cannot pass.
    Fail(&'static str),
    /// It cannot be told apart.
    Refuse(String),
    /// The rule itself, or a copy of one of its bodies.
    Ask { rule: String, is_copy: bool },
    /// The same, and its cases.
    Table { rule: String, table: Table },
}

/// One library with everything that its threads share.
#[derive(Debug)]
struct Job<'a> {
    loaded: &'a Loaded<'a>,
    definitions: &'a [Definition],
    plans: &'a [Plan],
    /// Engines with what the tests of some files need.
    parts: &'a [Prepared],
    /// Which of them a file's tests are asked of.
    part_of: &'a BTreeMap<usize, usize>,
    /// The library with the policies that were written for its tables and twins.
    workshop: Option<Prepared>,
    options: &'a TestOptions,
    n_explained: AtomicUsize,
    explained_ns: AtomicU64,
}

/// Runs every test; problems of any library keep all from being run.
pub(super) fn run(mut libraries: Vec<Library>, options: &TestOptions) -> Result<TestRun, Vec<Diagnostic>> {
    let run = || {
        let mut problems = Vec::new();
        let loaded = libraries.iter_mut().filter_map(|it| Loaded::new(it, options.coverage, &mut problems));
        let loaded = loaded.collect::<Vec<_>>();
        if !problems.is_empty() {
            return Err(problems);
        }
        let (mut tests, mut files) = (Vec::new(), Vec::new());
        for loaded in &loaded {
            let (results, covered) = run_library(loaded, options)?;
            tests.extend(results);
            files.extend(covered);
        }
        let coverage = options.coverage.then_some(Coverage { files });
        Ok(TestRun { tests, coverage })
    };
    stack::on_large_stack(run).unwrap_or_else(|reason| Err(vec![died(&reason)]))
}

fn died(reason: &str) -> Diagnostic {
    Diagnostic::of_file("the tests", Code::Rego, format!("they could not be run: {reason}"))
}

fn run_library(
    loaded: &Loaded<'_>,
    options: &TestOptions,
) -> Result<(Vec<TestResult>, Vec<coverage::FileCoverage>), Vec<Diagnostic>> {
    let definitions = definitions::find(&loaded.modules, &loaded.names, options.filter.as_ref());
    let mut plans = Vec::new();
    let mut written = Vec::new();
    for (number, definition) in definitions.iter().enumerate() {
        let (plan, policies) = plan(loaded, definition, number);
        plans.push(plan);
        written.push(policies);
    }
    let workshop = workshop(loaded, &written, &mut plans);
    let n_threads =
        if options.bench.is_some() { 1 } else { options.threads.get().min(definitions.len().max(1)) };
    let mut n_tests = BTreeMap::new();
    for definition in &definitions {
        *n_tests.entry(definition.policy).or_default() += 1;
    }
    let parts = reach::parts(&loaded.modules, &loaded.names, &loaded.uses, &n_tests);
    let files =
        parts.iter().enumerate().flat_map(|(part, it)| it.tests.iter().map(move |file| (*file, part)));
    let part_of = files.collect();
    let parts = prepared(loaded, &parts, n_threads)?;
    let job = Job {
        loaded,
        definitions: &definitions,
        plans: &plans,
        parts: &parts,
        part_of: &part_of,
        workshop,
        options,
        n_explained: AtomicUsize::new(0),
        explained_ns: AtomicU64::new(0),
    };
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = on_threads(n_threads, || Worker::new(&job).work(&next, &results))?;
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(number, _)| *number);
    let results = results.into_iter().map(|(_, result)| result).collect();
    let covered = if options.coverage {
        let all = definitions::find(&loaded.modules, &loaded.names, None);
        let tests = all.iter().map(|it| (it.policy, it.rule)).collect::<BTreeSet<_>>();
        coverage::merge(loaded, workers.iter().flatten(), &tests)
    } else {
        Vec::new()
    };
    Ok((results, covered))
}

/// Does the same on several threads with large stacks.
fn on_threads<T: Send>(n_threads: usize, work: impl Fn() -> T + Sync) -> Result<Vec<T>, Vec<Diagnostic>> {
    let ended = std::thread::scope(|scope| {
        let threads = (0..n_threads).map(|_| {
            let builder = std::thread::Builder::new().name("test".to_owned()).stack_size(stack::STACK_BYTES);
            builder.spawn_scoped(scope, &work)
        });
        let threads = threads.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string());
        let ended = threads.map(|threads| threads.into_iter().map(std::thread::ScopedJoinHandle::join));
        ended.and_then(|ended| ended.collect::<Result<Vec<_>, _>>().map_err(|_| "a thread died".to_owned()))
    });
    ended.map_err(|reason| vec![died(&reason)])
}

/// An engine for each part, or everything that keeps the engine from taking one of them.
fn prepared(loaded: &Loaded<'_>, parts: &[Part], n_threads: usize) -> Result<Vec<Prepared>, Vec<Diagnostic>> {
    let (next, prepared) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let problems = on_threads(n_threads.min(parts.len()), || {
        let mut problems = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(number) else { return problems };
            if let Some(engine) = loaded.prepared(&part.policies, &mut problems)
                && let Ok(mut prepared) = prepared.lock()
            {
                prepared.push((number, engine));
            }
        }
    });
    let mut problems = problems?.into_iter().flatten().collect::<Vec<_>>();
    if !problems.is_empty() {
        // Two parts may hold the same policy.
        problems.sort_by_key(ToString::to_string);
        problems.dedup();
        return Err(problems);
    }
    let mut prepared = prepared.into_inner().unwrap_or_default();
    prepared.sort_by_key(|(number, _)| *number);
    Ok(prepared.into_iter().map(|(_, engine)| engine).collect())
}

/// How a definition is asked for, and the policies that this takes.
fn plan(loaded: &Loaded<'_>, definition: &Definition, number: usize) -> (Plan, Vec<Synthetic>) {
    let fail = |reason| (Plan::Fail(reason), Vec::new());
    let refused = |reason: &str| (Plan::Refuse(reason.to_owned()), Vec::new());
    match definition.kind {
        Kind::Skipped => return (Plan::Skip, Vec::new()),
        Kind::Function => return refused("it is a function, and nobody calls it"),
        Kind::Object => return fail("its value is an object, and only `true` passes"),
        Kind::Value if !definition.has_twins => {
            return (Plan::Ask { rule: definition.rule_path(), is_copy: false }, Vec::new());
        }
        Kind::Value | Kind::Table | Kind::Set => {}
    }
    let Some(file) = loaded.file(definition.policy) else { return refused("its file is gone") };
    let mut policies = Vec::new();
    let table = match definition.kind {
        Kind::Table | Kind::Set => match Table::new(file, definition, number) {
            Ok(table) => Some(table),
            Err(reason) => return refused(&format!("its cases cannot be told apart: {reason}")),
        },
        _ => None,
    };
    policies.extend(table.iter().map(|table| table.policy.clone()));
    let listed = table.as_ref().and_then(|table| table.listed.clone());
    let mut rule = definition.rule_path();
    if definition.has_twins || listed.is_some() {
        let name = format!("tidewaiter_test_{number}");
        let copied = listed.or_else(|| {
            let rule = file.module.rules.get(definition.rule)?;
            let head = definitions::name_range(rule, definition.path.len())?;
            Some(file.copy(synthetic::range(rule), head, &name))
        });
        let Some(copied) = copied else {
            return refused(
                "it has several bodies, of which either can hide the other's failure; give each a name",
            );
        };
        policies.push(copied);
        rule = path_text(["data".to_owned()].iter().chain(&definition.package).chain([&name]));
    }
    match table {
        Some(table) => (Plan::Table { rule, table }, policies),
        None => (Plan::Ask { rule, is_copy: true }, policies),
    }
}

/// The engine with everything that was written; what it does not take is refused.
fn workshop(loaded: &Loaded<'_>, written: &[Vec<Synthetic>], plans: &mut [Plan]) -> Option<Prepared> {
    let all = |written: &[&Vec<Synthetic>]| {
        let texts = written.iter().flat_map(|it| it.iter()).map(Synthetic::as_text).collect::<Vec<_>>();
        loaded
            .whole()
            .ok_or_else(|| anyhow::anyhow!("the engine does not take the library"))?
            .with_policies(&texts)
    };
    if written.iter().all(Vec::is_empty) {
        return None;
    }
    if let Ok(engine) = all(&written.iter().collect::<Vec<_>>()) {
        return Some(engine);
    }
    let mut taken = Vec::new();
    for (policies, plan) in written.iter().zip(plans).filter(|(policies, _)| !policies.is_empty()) {
        match all(&[policies]) {
            Ok(_) => taken.push(policies),
            Err(error) => {
                let message = super::super::errors::translate(&error, "").message;
                *plan = Plan::Refuse(format!("it cannot be told apart from others: {message}"));
            }
        }
    }
    all(&taken).ok()
}

/// One thread's engines.
struct Worker<'a> {
    job: &'a Job<'a>,
    /// By part.
    plain: BTreeMap<usize, Asker>,
    workshop: Option<Asker>,
}

impl<'a> Worker<'a> {
    fn new(job: &'a Job<'a>) -> Self {
        let limit = job.options.time_limit;
        let workshop = job.workshop.as_ref().map(|workshop| Asker::new(workshop, limit));
        Self { job, plain: BTreeMap::new(), workshop }
    }

    /// Runs tests until there are no more; gives the engines back for what they saw.
    fn work(mut self, next: &AtomicUsize, results: &Mutex<Vec<(usize, TestResult)>>) -> Vec<Prepared> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((definition, plan)) = self.job.definitions.get(number).zip(self.job.plans.get(number))
            else {
                break;
            };
            let result = self.test(definition, plan);
            if let Ok(mut results) = results.lock() {
                results.push((number, result));
            }
        }
        let engines =
            self.plain.values().flat_map(Asker::engines).chain(self.workshop.iter().flat_map(Asker::engines));
        if self.job.options.coverage { engines.cloned().collect() } else { Vec::new() }
    }

    fn test(&mut self, definition: &Definition, plan: &Plan) -> TestResult {
        let file = self.job.loaded.library.policies.get(definition.policy);
        let mut result = TestResult {
            package: path_text(&definition.package),
            name: definition.name(),
            file: file.map(|policy| policy.file.clone()).unwrap_or_default(),
            line: definition.line,
            outcome: TestOutcome::Failed,
            duration: Duration::ZERO,
            output: Vec::new(),
            cases: Vec::new(),
            failed_at: None,
            notes: Vec::new(),
            bench: None,
        };
        let (rule, is_copy, table) = match plan {
            Plan::Skip => {
                result.outcome = TestOutcome::Skipped;
                return result;
            }
            Plan::Fail(reason) => {
                result.notes.push((*reason).to_owned());
                return result;
            }
            Plan::Refuse(reason) => {
                result.outcome = TestOutcome::Error(reason.clone());
                return result;
            }
            Plan::Ask { rule, is_copy } => (rule, *is_copy, None),
            Plan::Table { rule, table } => (rule, true, Some(table)),
        };
        self.warn(definition, &mut result);
        let options = self.job.options;
        let asker = if is_copy { self.workshop.as_mut() } else { self.asker(definition.policy) };
        let Some(asker) = asker else {
            result.outcome =
                TestOutcome::Error("the engine does not take what was written to tell it apart".to_owned());
            return result;
        };
        let started = Instant::now();
        let Answer { value, output, builtin_error } = asker.ask(rule);
        result.duration = started.elapsed();
        result.output = output;
        result
            .notes
            .extend(builtin_error.map(|error| format!("a builtin failed, which is undefined: {error}")));
        let limit = options.time_limit;
        match (value, table) {
            // A builtin is not interrupted; that it took too long shows when it is done.
            (Ok(_), _) if result.duration > limit => {
                result.outcome = TestOutcome::Error(format!("it ran longer than {limit:?}"));
            }
            (Err(error), _) => result.outcome = TestOutcome::Error(error),
            (Ok(value), Some(table)) => {
                let cases = table.cases(definition, &value, asker);
                result.duration = started.elapsed();
                match cases {
                    Ok(cases) => self.tabulate(definition, table, cases, &mut result),
                    Err(reason) => result.outcome = TestOutcome::Error(reason),
                }
            }
            (Ok(Value::Bool(true)), None) => {
                result.outcome = TestOutcome::Passed;
                result.bench = options.bench.map(|time| bench(rule, asker, time));
            }
            (Ok(_), None) => result.failed_at = self.explain(definition, None),
        }
        result
    }

    /// The engine for a file's tests.
    fn asker(&mut self, file: usize) -> Option<&mut Asker> {
        let part = *self.job.part_of.get(&file)?;
        let prepared = self.job.parts.get(part)?;
        let limit = self.job.options.time_limit;
        Some(self.plain.entry(part).or_insert_with(|| Asker::new(prepared, limit)))
    }

    /// What a test reads that nobody gives it.
    fn warn(&self, definition: &Definition, result: &mut TestResult) {
        let path = definition.package.iter().chain(&definition.path).cloned().collect::<Vec<_>>();
        let uses = &self.job.loaded.uses;
        let own = uses.0.range(path.clone()..).take_while(|(rule, _)| rule.starts_with(&path));
        let own = own.flat_map(|(_, uses)| uses);
        // A file has a name's definitions in their order; of twins each is warned about for all.
        let bare = own.filter(|it| it.policy == definition.policy).find_map(|it| uses.bare_input(it));
        if let Some((through, policy, (line, column))) = bare {
            let file = self.job.loaded.library.policies.get(policy).map_or("", |policy| &policy.file);
            let through =
                through.map(|rule| format!(" through `data.{}`", path_text(rule))).unwrap_or_default();
            result.notes.push(format!(
                "it reads `input`{through} ({file}:{line}:{column}) without `with input as …`, so that it is undefined"
            ));
        }
    }

    fn tabulate(&self, definition: &Definition, table: &Table, cases: Vec<Case>, result: &mut TestResult) {
        if cases.is_empty() {
            result.notes.push("the table has no cases, so that it proves nothing".to_owned());
        }
        // An empty object is defined, and passes under OPA; an empty set shows nothing that could.
        let passes = cases.iter().all(|case| case.failing.is_empty())
            && !(cases.is_empty() && definition.kind == Kind::Set);
        result.outcome = if passes { TestOutcome::Passed } else { TestOutcome::Failed };
        let mut n_explained = 0;
        for Case { path, failing } in cases {
            n_explained += usize::from(!failing.is_empty());
            let failed_at = failing
                .first()
                .filter(|_| n_explained <= EXPLAINED_CASES)
                .and_then(|row| self.explain(definition, Some((table, row.clone()))));
            result.cases.push(CaseResult { path, passed: failing.is_empty(), failed_at });
        }
    }

    fn explain(&self, definition: &Definition, case: Option<(&Table, Value)>) -> Option<super::FailedAt> {
        let job = self.job;
        let spent = Duration::from_nanos(job.explained_ns.load(Ordering::Relaxed));
        let left = EXPLAINING.checked_sub(spent)?;
        if job.n_explained.fetch_add(1, Ordering::Relaxed) >= EXPLAINED {
            return None;
        }
        let started = Instant::now();
        let failing = Failing {
            file: job.loaded.file(definition.policy)?,
            definition,
            prepared: job.loaded.whole()?,
            time_limit: job.options.time_limit,
            values: job.options.values,
            case,
            started,
            left,
        };
        let found = failing.find();
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        job.explained_ns.fetch_add(spent, Ordering::Relaxed);
        found
    }
}

/// Asks again and again.
fn bench(rule: &str, asker: &mut Asker, time: Duration) -> Bench {
    let (started, mut runs) = (Instant::now(), 0_u32);
    while started.elapsed() < time && runs < 1_000_000 {
        // What it answers is known.
        let _ = asker.ask(rule);
        runs += 1;
    }
    Bench { runs, total: started.elapsed() }
}
