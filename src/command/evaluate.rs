//! `tidewaiter evaluate`: judges a snapshot; nothing is recorded and nothing is published.

use crate::cli;
use crate::reconcile::Records;

use super::console::Progress;
use super::failure::Failure;
use super::input::{self, Policies};
use super::run::judge;
use super::{Exit, moment, reporting};

/// Judges a file, or the example.
pub(super) fn evaluate(options: &cli::Evaluate, console: &cli::Console) -> Result<Exit, Failure> {
    let policies = Policies::load(&options.policies)?;
    let snapshot = match &options.source.snapshot {
        Some(path) => input::snapshot(path)?,
        None => input::example()?,
    };
    let progress = Progress::new(console);
    let now = moment(options.policies.now);
    let mut judged = judge(&policies, &snapshot, &options.policies, now, &progress);
    if options.report.asks_for(cli::Format::Asff) {
        judged.desire(&policies, &snapshot)?;
        judged.write_findings(&options.report, &Records::new(), now)?;
    }
    drop(progress);
    reporting::deliver(&judged.report, &options.report)
}
