//! `tidewaiter new`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::domain::{ControlId, Severity};

/// `tidewaiter new`.
#[derive(Debug, Args)]
pub struct New {
    /// What to write.
    #[command(subcommand)]
    pub what: NewWhat,
}

/// What to write.
#[derive(Debug, Subcommand)]
pub enum NewWhat {
    /// Write a control, its test and its examples; they pass `tidewaiter test` and `tidewaiter check` as they are.
    Control(NewControl),
}

/// `tidewaiter new control`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the files were written; 1 they could not be; 2 the arguments or the bundle are \
                        wrong, and nothing was written."
)]
pub struct NewControl {
    /// What the control is about: `service`, `task_definition`, …, or the path of a collection (`ecs.services`).
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// The fault that it finds, in snake_case: `exec_enabled`.
    #[arg(value_name = "SLUG")]
    pub slug: String,
    /// The field that it looks at, as the API writes it: `a.b`, or `a[].b` for each element of a list.
    #[arg(long, value_name = "FIELD")]
    pub field: String,
    /// What the field must be: true, false, a number or a text. A missing field fails too.
    #[arg(long, value_name = "VALUE", default_value = "true", allow_hyphen_values = true)]
    pub expected: String,
    /// The directory of the bundle that the control belongs to.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub bundle: PathBuf,
    /// The control's permanent id; the next free one of the subject when absent.
    #[arg(long, value_name = "ID")]
    pub id: Option<ControlId>,
    /// How bad a failure is.
    #[arg(long, value_name = "SEVERITY", default_value = "medium")]
    pub severity: Severity,
    /// The required condition in one line; made from the field when absent.
    #[arg(long, value_name = "TITLE")]
    pub title: Option<String>,
}
