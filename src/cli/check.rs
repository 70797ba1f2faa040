//! `tidewaiter check`: types and help texts only.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `tidewaiter check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing is wrong, or there are only warnings; 1 the check could not be made; 2 something is \
                  wrong, or with --strict suspicious. `docs/diagnostics.md` lists what is looked for."
)]
pub struct Check {
    /// A bundle's directory, or a directory or file of other policies, of which only the language is checked. A directory
    /// stands for every bundle and policy below it.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The form of the report on stdout.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub format: Format,
    /// Treat warnings as errors.
    #[arg(long)]
    pub strict: bool,
}

/// The form of a report on policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Pretty,
    /// One object with every problem, in a versioned form.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
}
