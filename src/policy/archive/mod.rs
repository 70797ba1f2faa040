//! A bundle as one file: a gzipped tar, as `opa build` writes it.
//!
//! Reading is apart from the bundle's own checks because an archive may come from anybody: nothing is unpacked to disk,
//! only files at plain paths are accepted, and every count and size has a limit that holds while the archive is read,
//! whatever its headers claim.
//! Writing is deterministic: the same files give the same bytes.

mod path;
mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

#[cfg(test)]
mod tests;
