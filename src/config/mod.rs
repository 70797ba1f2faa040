//! What people configure, read from files and validated.
//!
//! Every problem of a file is reported at once, with its place. Nothing here reads a file: the text comes from `command`.

mod attestors;
mod exceptions;

pub(crate) use attestors::WHOLE_FILE;
pub use attestors::{Attestors, Configured, KmsAttestor, parse as parse_attestors};
pub use exceptions::parse as parse_exceptions;
