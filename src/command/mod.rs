//! One file per subcommand: they read files and the clock, call the rooms, and print.
//!
//! They stand apart because they are where the world comes in: which files, which moment, which terminal. They decide
//! nothing about the estate.

mod access;
mod attest;
mod attesting;
mod bundle;
mod bundle_sources;
mod check;
mod console;
mod controls;
mod diff;
mod evaluate;
mod exit;
mod failure;
mod fixture;
mod guardrails;
mod input;
mod new;
mod output;
mod reporting;
mod run;
mod session;
mod snapshot;
mod test;

use std::thread;

use clap::Parser;
use jiff::Timestamp;

pub use exit::Exit;

use crate::cli::{Cli, Command};
use failure::Failure;

/// Runs the command line of this process to its end.
#[must_use]
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes.
            let exit = if error.use_stderr() { Exit::Misused } else { Exit::Complete };
            let _ = error.print();
            return exit;
        }
    };
    console::set_up(&cli.console);
    match execute(&cli) {
        Ok(exit) => exit,
        Err(failure) => {
            console::complain(&failure.render());
            failure.exit
        }
    }
}

fn execute(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Run(options) => in_runtime(run::run(options, &cli.console)),
        Command::Snapshot(options) => in_runtime(snapshot::snapshot(options, &cli.console)),
        Command::Evaluate(options) => evaluate::evaluate(options, &cli.console),
        Command::Check(options) => check::check(options),
        Command::Bundle(options) => bundle::bundle(&options.action),
        Command::Test(options) => test::test(options, &cli.console),
        Command::Fixture(options) => fixture::fixture(options, &cli.console),
        Command::Diff(options) => diff::diff(options, &cli.console),
        Command::Access(options) => in_runtime(access::access(options, &cli.console)),
        Command::Attest(options) => in_runtime(attest::attest(options, &cli.console)),
        Command::New(options) => new::new(options),
        Command::Guardrails(options) => guardrails::guardrails(options),
        Command::Controls(options) => controls::controls(options),
    }
}

/// The stack of the thread that runs a pass: the SDK's futures nest deep, and without optimization they are large.
const STACK_BYTES: usize = 32 << 20;

/// Runs what waits for AWS.
fn in_runtime<T: Send>(work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
    let cannot_start = |error| Failure::failed(anyhow::Error::new(error).context("cannot start the runtime"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()
        .map_err(cannot_start)?;
    thread::scope(|scope| {
        let pass = thread::Builder::new().stack_size(STACK_BYTES);
        let pass = pass.spawn_scoped(scope, || runtime.block_on(work)).map_err(cannot_start)?;
        pass.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The moment by which findings are dated and exceptions expire, in whole milliseconds as Security Hub keeps them.
fn moment(given: Option<Timestamp>) -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    let now = given.unwrap_or_else(Timestamp::now);
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
