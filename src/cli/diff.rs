//! `tidewaiter diff`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{File, Verification};
use crate::domain::{ControlId, Severity};
use crate::sources::Location;

/// `tidewaiter diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 both were judged, whether anything differs or not; 1 the command failed; 2 the \
                        arguments, the snapshot or the bundles are wrong; 3 a control could not be evaluated; 4 \
                        something fails that did not, by a control at or above --fail-on."
)]
pub struct Diff {
    /// The estate that both judge.
    #[command(flatten)]
    pub source: File,
    /// The bundle before, and the bundle after: a directory, a `.tar.gz`, `s3://bucket/key`, `https://…`, `builtin` for
    /// those that the program carries, or `builtin/NAME` for one of them.
    #[arg(long = "bundle", value_name = "BUNDLE", required = true, help_heading = "Policies")]
    pub bundles: Vec<Location>,
    /// Who must have signed them, those that the program carries apart.
    #[command(flatten)]
    pub verification: Verification,
    /// Parameters (YAML) laid over the defaults of both.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub params: Option<PathBuf>,
    /// Parameters (YAML) for the bundle after alone, instead of --params.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub new_params: Option<PathBuf>,
    /// Exceptions (YAML) that hold for both.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub exceptions: Option<PathBuf>,
    /// Compare only this control; may be given several times.
    #[arg(long = "control", value_name = "ID", help_heading = "Policies")]
    pub controls: Vec<ControlId>,
    /// The longest that one control may take.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = super::duration, help_heading = "Policies")]
    pub control_timeout: Duration,
    /// Judge as if it were this moment (RFC 3339): exceptions expire by it.
    #[arg(long, value_name = "TIME", help_heading = "Policies")]
    pub now: Option<Timestamp>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = DiffFormat::Table, help_heading = "Report")]
    pub format: DiffFormat,
    /// Exit with 4 when something fails that did not, by a control of this severity or worse.
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    pub fail_on: Option<Severity>,
}

/// The form of the report on a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Table,
    /// One object in a versioned form.
    Json,
}
