//! The memory between passes: a SQLite file that any client can read.
//!
//! It stands apart because it is the only state of this program. It remembers and decides nothing: what a finding should
//! become is for [`crate::reconcile`] to say.
//!
//! **Invariant:** what a pass is about to send stands in the ledger before it is sent (`intend`), and what was
//! acknowledged after (`settle`). A pass that is killed in between leaves findings that are `unsettled`; the next
//! pass sends them again with the same `CreatedAt` and a newer `UpdatedAt`.
//!
//! **Invariant:** a row belongs to one account and Region, and a [`Ledger`] reads and writes only those of its own scope.
//!
//! # The file
//!
//! One file may hold many scopes. Times are RFC 3339 in UTC with milliseconds, so that they sort as text.
//!
//! | table | a row is |
//! |---|---|
//! | `meta` | one fact about the file: `redaction_key`, 32 random bytes made with the file |
//! | `scopes` | one account and Region, and when its findings were last read back from Security Hub |
//! | `passes` | one pass: when, with which bundles, how it ended, how many verdicts of each kind, and what its plan did; `finished_at` is null while it runs, and stays null when it was killed |
//! | `findings` | one finding as the last pass left it; `held` says why a pass could not confirm it; `sent_…` is what Security Hub last acknowledged, `unsettled` whether something was sent since without an answer, and `refused` what it last said no with |
//! | `silence` | a finding that is not, because its control did not judge its resource when it was last seen, or because the last pass was the first that could not tell |
//! | `last_accessed` | what IAM last said about what a principal has used, so that it need not be asked in every pass; losing it costs calls and nothing else |
//! | `attested` | a signature that an attestor verified, of an image's digest, where neither time nor anybody can take that back; by the fingerprint of everything that the attestor trusts; losing it costs calls and nothing else |
//! | `history` | one change of a finding's status, with the pass that made it; nothing is ever deleted from it |
//!
//! The schema's version is SQLite's `user_version`, and `application_id` tells a ledger from other SQLite files.
//!
//! # Locks
//!
//! A pass holds a lock on the file `<ledger>.<account>.<region>.lock`. The operating system releases it when the process
//! ends, however it ends. It is a file of its own, and not SQLite's lock, because SQLite's covers the whole database: any
//! client can read a ledger while a pass runs, passes over other scopes can write to it, and the lock file says who holds it.
//!
//! The journal is SQLite's rollback journal, not a write-ahead log: one writer gains little from the log, and the
//! rollback journal also works on network file systems (EFS), and leaves one whole file to copy away.

mod attested;
mod error;
mod last_accessed;
mod lock;
mod passes;
mod reader;
mod rows;
mod schema;
mod silence;
#[cfg(test)]
mod tests;
mod write;

pub use error::Error;
pub use passes::{Change, Counts, Pass, PassId, PassOutcome, PlanCounts};
pub use reader::Reader;
pub use write::Ledger;
