//! `tidewaiter test`: runs the tests of policies, once or whenever a file changes.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};

use crate::cli::{self, TestFormat};
use crate::policy::{self, Limits, TestOptions, TestPaths, TestRun};
use crate::report::testing::{self as report, PrettyOptions, Tally};

use super::Exit;
use super::console;
use super::failure::Failure;

/// How long each test is run again and again.
const BENCH: Duration = Duration::from_millis(200);
/// How long after a change others are waited for: editors write a file in several steps.
const SETTLING: Duration = Duration::from_millis(200);

/// Runs the tests.
pub(super) fn test(options: &cli::Test, console: &cli::Console) -> Result<Exit, Failure> {
    if options.watch {
        return watch(options, console);
    }
    repeatedly(options, console)
}

/// Runs the tests as often as was asked.
fn repeatedly(options: &cli::Test, console: &cli::Console) -> Result<Exit, Failure> {
    let (mut all, mut exit) = (TestRun::default(), Exit::Complete);
    for _ in 0..options.count.get() {
        let run = once(options)?;
        exit = outcome(options, &run)?;
        all.tests.extend(run.tests);
        all.coverage = run.coverage;
        if exit != Exit::Complete {
            break;
        }
    }
    console::print(&render(&all, options, console)?).map_err(Failure::failed)?;
    if options.fail_on_empty && all.tests.is_empty() {
        console::complain("error: no tests were run\n");
    }
    if let (Some(threshold), Some(coverage)) = (options.threshold, &all.coverage)
        && coverage.percent() < threshold
    {
        console::complain(&format!(
            "error: {} % of the policies' lines were evaluated, and the threshold is {threshold} %\n",
            coverage.percent()
        ));
    }
    Ok(exit)
}

fn once(options: &cli::Test) -> Result<TestRun, Failure> {
    let paths = TestPaths {
        paths: options.paths.clone(),
        as_bundles: options.bundle,
        ignore: options.ignore.clone(),
        v0: options.v0_compatible,
    };
    let defaults = TestOptions::default();
    let how = TestOptions {
        filter: options.run.clone(),
        time_limit: options.timeout,
        threads: options.parallel.unwrap_or(defaults.threads),
        coverage: options.counts_lines(),
        values: options.var_values,
        bench: options.bench.then_some(BENCH),
    };
    policy::test(&paths, &how, &Limits::default())
        .map_err(|problems| Failure::in_files("the policies", problems))
}

fn outcome(options: &cli::Test, run: &TestRun) -> Result<Exit, Failure> {
    let tally = Tally::of(run);
    let n_not_passed = run
        .tests
        .iter()
        .filter(|test| matches!(test.outcome, policy::TestOutcome::Failed | policy::TestOutcome::Error(_)));
    let below = options.threshold.is_some_and(|threshold| {
        run.coverage.as_ref().is_some_and(|coverage| coverage.percent() < threshold)
    });
    let failed = n_not_passed.count() > 0
        || (tally.skipped > 0 && !options.exit_zero_on_skipped)
        || (options.fail_on_empty && run.tests.is_empty())
        || below;
    Ok(if failed { Exit::Failed } else { Exit::Complete })
}

fn render(run: &TestRun, options: &cli::Test, console: &cli::Console) -> Result<String, Failure> {
    match options.format {
        TestFormat::Json => report::json(run).map_err(Failure::failed),
        TestFormat::Junit => report::junit(run).map_err(Failure::failed),
        TestFormat::Sarif => report::sarif(run).map_err(Failure::failed),
        TestFormat::Pretty => {
            let mut text = report::pretty(run, PrettyOptions { verbose: console.verbose > 0 });
            if let Some(coverage) = &run.coverage {
                if options.show_source {
                    text.push('\n');
                    text.push_str(&report::coverage_source(coverage));
                }
                if options.coverage || !options.show_source {
                    text.push('\n');
                    text.push_str(&report::coverage(coverage));
                }
            }
            Ok(text)
        }
    }
}

/// Runs the tests now and after every change below the paths, until the process is interrupted.
fn watch(options: &cli::Test, console: &cli::Console) -> Result<Exit, Failure> {
    let cannot_watch =
        |error: notify::Error| Failure::failed(anyhow::Error::new(error).context("cannot watch the paths"));
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is no change; a receiver that is gone has ended the process.
        if event.as_ref().is_ok_and(|event| !event.kind.is_access()) {
            let _ = sender.send(());
        }
    })
    .map_err(cannot_watch)?;
    for path in &options.paths {
        watcher.watch(watched(path), RecursiveMode::Recursive).map_err(cannot_watch)?;
    }
    loop {
        if let Err(failure) = repeatedly(options, console) {
            console::complain(&failure.render());
        }
        console::complain("watching for changes …\n");
        if changes.recv().is_err() {
            return Ok(Exit::Complete);
        }
        while changes.recv_timeout(SETTLING).is_ok() {}
    }
}

/// An editor replaces a file rather than changing it, so that the directory is what must be watched.
fn watched(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if path.is_file() && parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) if path.is_file() => parent,
        _ => path,
    }
}
