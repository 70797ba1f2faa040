//! `tidewaiter check`: what is wrong with policies, before anything is judged with them.

use crate::cli::check::{Check, Format};
use crate::diagnostic::Level;
use crate::policy::{self, Limits};
use crate::report::diagnostics::{self, Findings};

use super::Exit;
use super::console;
use super::failure::Failure;

/// Checks every bundle and policy below the paths.
pub(super) fn check(options: &Check) -> Result<Exit, Failure> {
    let checked = policy::check(&options.paths, &Limits::default());
    let findings =
        Findings { problems: &checked.problems, texts: &checked.texts, n_policies: checked.n_policies };
    let text = match options.format {
        Format::Pretty => diagnostics::pretty(&findings, console::width()),
        Format::Json => diagnostics::json(&findings).map_err(Failure::failed)?,
        Format::Sarif => diagnostics::sarif(&findings).map_err(Failure::failed)?,
    };
    console::print(&text).map_err(Failure::failed)?;
    let is_wrong = checked.count(Level::Error) > 0 || (options.strict && checked.count(Level::Warning) > 0);
    Ok(if is_wrong { Exit::Misused } else { Exit::Complete })
}
