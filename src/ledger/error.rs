//! What can be wrong with a ledger. The operator who named the file can fix each of these, except [`Error::Row`] and
//! [`Error::Scope`].

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::Scope;

/// A ledger that cannot be used. Nothing was lost: a file that cannot be used is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another pass over the same scope is running.
    #[error("the ledger `{}` is in use by {holder}", path.display())]
    Locked {
        /// The ledger.
        path: PathBuf,
        /// Who holds it.
        holder: String,
    },
    /// The lock file cannot be made.
    #[error("the lock file `{}` cannot be used", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no such file, and it was only to be read.
    #[error("there is no ledger `{}`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be opened or created.
    #[error("the ledger `{}` cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The file or its directory cannot be written.
    #[error("the ledger `{}` is read-only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A SQLite file of another program.
    #[error("`{}` is a database of another program, not a ledger", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A ledger of a newer version of this program.
    #[error("the ledger `{}` has schema version {found}, and this program knows versions up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is known.
        known: i64,
    },
    /// Not a database, or a damaged one.
    #[error("the ledger `{}` is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        problem: String,
    },
    /// Another program kept the file locked for too long.
    #[error("the ledger `{}` was kept locked by another program", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// A row that this program could not have written.
    #[error("the ledger `{}` holds a row of `{table}` that cannot be understood: `{column}` is `{value}`", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A plan was handed to the ledger of another account or Region. This is our mistake.
    #[error("the ledger is open for {ledger}, and the plan is for {plan}")]
    Scope {
        /// Whose ledger it is.
        ledger: Scope,
        /// Whose plan it is.
        plan: Scope,
    },
    /// Reading or writing failed.
    #[error("the ledger `{}` could not be used", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Locked { .. } => Some("wait until that pass has ended, or give this one another ledger"),
            Self::Lock { .. } | Self::Open { .. } | Self::ReadOnly { .. } => {
                Some("the ledger's directory must exist, and this user must be able to write to it")
            }
            Self::Missing { .. } => Some("name the ledger that `tidewaiter run` wrote"),
            Self::Foreign { .. } => Some("name another file"),
            Self::Newer { .. } => Some("update tidewaiter, or name another file"),
            Self::Damaged { .. } | Self::Row { .. } => Some(
                "move the file away: the next pass that publishes makes a new one from what Security Hub has, and only history is lost",
            ),
            Self::Busy { .. } => Some("close the program that has the file open"),
            Self::Scope { .. } | Self::Sqlite { .. } => None,
        }
    }

    /// Sorts what SQLite reported about a file into what an operator can do about it.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path, problem: source.to_string() }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::CannotOpen) => Self::Open { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            _ => Self::Sqlite { path, source },
        }
    }
}
