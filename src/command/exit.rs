//! How the program ends.

use std::process::ExitCode;

/// The exit status; its numbers are part of the program's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The pass is complete.
    Complete = 0,
    /// The pass failed.
    Failed = 1,
    /// Arguments, bundles or configuration are wrong; nothing was read from AWS and nothing was written.
    Misused = 2,
    /// Something could not be seen or is unknown, or a write was refused.
    Partial = 3,
    /// A control at or above `--fail-on` fails. Comes before [`Self::Partial`]: what was found stands whatever else is
    /// unknown.
    Findings = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
