//! Writing an archive: the same files give the same bytes, whoever builds them, where and when.

use std::io;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::policy::files::{SIGNATURES, Tree};

/// The system that a gzip header names when it names none (RFC 1952).
const UNKNOWN_SYSTEM: u8 = 255;

/// The archive of a bundle: files sorted by path, readable by everybody, of nobody, at the beginning of time.
///
/// # Errors
///
/// A path that a tar header cannot hold.
pub(in crate::policy) fn write(tree: &Tree) -> io::Result<Vec<u8>> {
    let signatures = tree.signatures.as_deref().map(|content| (SIGNATURES, content));
    let files = tree.files.iter().map(|(path, content)| (path.as_str(), content.as_ref()));
    let mut files = files.chain(signatures).collect::<Vec<_>>();
    files.sort_unstable_by_key(|(path, _)| *path);

    let gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut builder = Builder::new(gzip.write(Vec::new(), Compression::best()));
    for (path, content) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(u64::try_from(content.len()).unwrap_or(u64::MAX));
        builder.append_data(&mut header, path, content)?;
    }
    builder.into_inner()?.finish()
}
