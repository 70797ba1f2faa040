//! The input document: what one pass saw of one account and Region, as policies read it.
//!
//! It stands apart because it is a wire format: policy authors write tests against it, files of it are kept, and its
//! version changes only when an old document would be read wrongly.
//! Members of collections are kept as the JSON text that the API gave (or as close to it as replaced secrets allow), so
//! that a large estate costs its text once and no field is lost that this program does not know.
//!
//! **Invariant:** a [`Snapshot`] never holds the value of a container's environment variable, nor any other free text of a
//! container definition; `collect` replaces both before one is built.

mod anonymize;
mod assembly;
mod collection;
mod document;
mod scheduled;
mod schema;
mod shapes;
mod used_images;

pub use anonymize::Anonymizer;
pub use assembly::{Frame, Gathered};
pub use collection::Collection;
pub use document::{Account, Error, LIMIT_BYTES, LIMIT_DEPTH, Members, Snapshot, Usage, VERSION};
pub(crate) use scheduled::{resolve, runs_tasks, task_definitions};
pub use schema::schema;
pub(crate) use shapes::{DOCUMENT, Shape, shapes};
pub use used_images::{UsedImage, used_images};
