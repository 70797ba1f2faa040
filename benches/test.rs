//! What `tidewaiter test` costs: loading the built-in bundles, and running all of their tests.
//!
//! ```text
//! cargo bench --bench test                          durations, the best of several runs
//! cargo bench --bench test -- DIRECTORY [THREADS]   the same for any Rego library
//! /usr/bin/time -v target/release/tidewaiter test bundles   a whole process, for processor time
//! ```

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark is a program for developers")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tidewaiter::policy::{Limits, TestOptions, TestPaths, test};

const RUNS: usize = 5;

fn main() {
    // `cargo bench` adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let bundles = concat!(env!("CARGO_MANIFEST_DIR"), "/bundles").to_owned();
    let paths = vec![PathBuf::from(arguments.next().unwrap_or(bundles))];
    let paths = TestPaths { paths, ..TestPaths::default() };
    let threads = arguments.next().map(|threads| threads.parse().unwrap());
    let options = |filter: Option<&str>| TestOptions {
        filter: filter.map(|filter| filter.parse().unwrap()),
        threads: threads.unwrap_or(TestOptions::default().threads),
        ..TestOptions::default()
    };
    let best = |filter: Option<&str>| {
        let run = |_| {
            let started = Instant::now();
            let found = test(&paths, &options(filter), &Limits::default()).unwrap();
            (
                started.elapsed(),
                found.tests.len(),
                found.tests.iter().map(|test| test.duration).sum::<Duration>(),
            )
        };
        (0..RUNS).map(run).min().unwrap()
    };
    let (loading, ..) = best(Some("no test has such a name"));
    let (whole, n_tests, in_tests) = best(None);
    println!(
        "loading {loading:?}, {n_tests} tests with loading {whole:?}, of it in tests {in_tests:?} over all threads"
    );
}
