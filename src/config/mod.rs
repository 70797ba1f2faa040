//! What people configure, read from files and validated.
//!
//! Every problem of a file is reported at once, with its place. Nothing here reads a file: the text comes from `command`.

mod exceptions;

pub use exceptions::parse as parse_exceptions;
