//! `tidewaiter controls`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Verification;
use crate::domain::{ControlId, Severity};
use crate::sources::Location;

/// `tidewaiter controls`.
#[derive(Debug, Args)]
pub struct Controls {
    /// What to do.
    #[command(subcommand)]
    pub what: ControlsWhat,
}

/// What to do with the catalogue.
#[derive(Debug, Subcommand)]
pub enum ControlsWhat {
    /// List controls, or what they answer to in a framework.
    List(ControlsList),
    /// Show everything about one control.
    Show(ControlsShow),
    /// Write the catalogue as Markdown: a page for each control, and an index by framework.
    Docs(ControlsDocs),
}

/// `tidewaiter controls list`.
#[derive(Debug, Args)]
pub struct ControlsList {
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key` or `https://…`; may be given several times. The built-in
    /// bundles when absent.
    #[arg(long = "bundle", value_name = "BUNDLE")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// Show the requirements of this framework, with the controls that answer to each, and the gaps.
    #[arg(long, value_name = "ID", conflicts_with = "severity")]
    pub framework: Option<String>,
    /// List controls of this severity or worse.
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// The form of the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `tidewaiter controls show`.
#[derive(Debug, Args)]
pub struct ControlsShow {
    /// The control.
    #[arg(value_name = "ID")]
    pub control: ControlId,
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key` or `https://…`; may be given several times. The built-in
    /// bundles when absent.
    #[arg(long = "bundle", value_name = "BUNDLE")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// The form.
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    pub format: ListFormat,
}

/// `tidewaiter controls docs`.
#[derive(Debug, Args)]
pub struct ControlsDocs {
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key` or `https://…`; may be given several times. The built-in
    /// bundles when absent.
    #[arg(long = "bundle", value_name = "BUNDLE")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// The directory to write into; it is created when it is missing. Pages of controls that are gone are removed.
    #[arg(short, long, value_name = "DIR", default_value = "docs/controls")]
    pub output: PathBuf,
}

/// The form of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Table,
    /// One object in a versioned form.
    Json,
}
