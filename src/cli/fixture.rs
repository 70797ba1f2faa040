//! `tidewaiter fixture`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Verification;
use crate::domain::ControlId;
use crate::sources::Location;

/// `tidewaiter fixture`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the fixture was written; 1 it could not be; 2 the arguments, the snapshot or the \
                        bundles are wrong; 3 it was written, but the limits ended the search before it was known to be \
                        the smallest."
)]
pub struct Fixture {
    /// The snapshot to cut from, as `tidewaiter snapshot` writes it; `-` reads it from stdin.
    #[arg(value_name = "SNAPSHOT")]
    pub snapshot: PathBuf,
    /// The control whose verdict the fixture is to show.
    #[arg(long, value_name = "ID")]
    pub control: ControlId,
    /// The resource that the verdict is about: its ARN, or its id where AWS has no ARN.
    #[arg(long, value_name = "ARN")]
    pub resource: String,
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key` or `https://…`; may be given several times. The built-in
    /// bundles when absent.
    #[arg(long = "bundle", value_name = "BUNDLE")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// Parameters (YAML) laid over the bundles' defaults. They are not anonymized: a verdict that depends on names in them
    /// needs --keep-names, and an `examples/params.yaml` beside the fixture.
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// Where to write the fixture; stdout when absent or `-`.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave names, addresses and ids as they are in the estate.
    #[arg(long)]
    pub keep_names: bool,
    /// Evaluate the control at most so often.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub evaluations: u32,
    /// Search no longer than this.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = super::duration)]
    pub time_limit: Duration,
}
