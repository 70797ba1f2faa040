//! Reading an archive that may come from anybody.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::path::place;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Limits;
use crate::policy::files::{MANIFEST, SIGNATURES, Tree, is_hidden};

/// After so many problems nobody reads on.
const LIMIT_PROBLEMS: usize = 20;

/// Reads a bundle from the bytes of an archive; `name` is what messages call it.
///
/// # Errors
///
/// What is wrong with the archive: it is refused whole.
pub(in crate::policy) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Tree, Vec<Diagnostic>> {
    let refuse = |code, message: String, help: &str| {
        let problem = Diagnostic::of_file(name, code, message);
        Err(vec![if help.is_empty() { problem } else { problem.with_help(help) }])
    };
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.archive_bytes {
        let message =
            format!("the archive has {} bytes, and at most {} are read", bytes.len(), limits.archive_bytes);
        return refuse(Code::TooLarge, message, "");
    }
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return refuse(
            Code::Archive,
            "the file is no gzip archive".to_owned(),
            "a bundle is a directory or a `.tar.gz`, as `tidewaiter bundle build` and `opa build` write it",
        );
    }
    let bounded = Bounded { inner: MultiGzDecoder::new(bytes), left: limits.bundle_bytes, is_over: false };
    let mut archive = Archive::new(bounded);
    let mut reading = Reading { name, limits, tree: Tree::named(format!("{name}/")), problems: Vec::new() };
    let read = reading.entries(&mut archive);
    let mut bounded = archive.into_inner();
    let read = read.and_then(|()| match reading.problems.as_slice() {
        [] => rest_is_padding(&mut bounded),
        // What is refused anyway need not be read to its end.
        _ => Ok(()),
    });
    if bounded.is_over {
        let message = format!("the archive unpacks to more than {} bytes", limits.bundle_bytes);
        return refuse(Code::TooLarge, message, "");
    }
    if let Err(error) = read {
        let message = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the archive ends early".to_owned(),
            _ => format!("the archive is damaged: {error}"),
        };
        return refuse(Code::Archive, message, "copy it again, or build it again");
    }
    if !reading.problems.is_empty() {
        return Err(reading.problems);
    }
    if !reading.tree.files.contains_key(MANIFEST) {
        return refuse(
            Code::Manifest,
            "the archive has no `.manifest`, so it is no bundle".to_owned(),
            "build it from the directory that holds the bundle's `.manifest`",
        );
    }
    Ok(reading.tree)
}

/// A bundle as far as it was read.
struct Reading<'a> {
    name: &'a str,
    limits: &'a Limits,
    tree: Tree,
    problems: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn entries<R: Read>(&mut self, archive: &mut Archive<R>) -> io::Result<()> {
        for (number, entry) in archive.entries()?.enumerate() {
            let mut entry = entry?;
            if number >= self.limits.archive_entries {
                return self.too_many("the archive", self.limits.archive_entries, "entries");
            }
            if self.problems.len() >= LIMIT_PROBLEMS {
                return Ok(());
            }
            let path = entry.path_bytes().into_owned();
            let (kind, size) = (entry.header().entry_type(), entry.size());
            if kind == EntryType::XGlobalHeader {
                // `git archive` writes one; it is about the archive, and no file.
                continue;
            }
            if let Err((code, message)) = self.entry(&path, kind, size, &mut entry)? {
                let shown = String::from_utf8_lossy(&path).escape_debug().to_string();
                let shown = shown.trim_start_matches('/').trim_start_matches("./");
                self.problems.push(Diagnostic::of_file(self.tree.name(shown), code, message));
            }
            if self.tree.files.len() > self.limits.files {
                return self.too_many("the bundle", self.limits.files, "files");
            }
        }
        Ok(())
    }

    /// Reports that a count has reached its limit; nothing after that is looked at.
    fn too_many(&mut self, what: &str, limit: usize, of_what: &str) -> io::Result<()> {
        let message = format!("{what} has more than {limit} {of_what}");
        self.problems.push(Diagnostic::of_file(self.name, Code::TooLarge, message));
        Ok(())
    }

    /// Takes one entry; the inner result says why it cannot stand in a bundle.
    fn entry(
        &mut self,
        path: &[u8],
        kind: EntryType,
        size: u64,
        content: &mut impl Read,
    ) -> io::Result<Result<(), (Code, String)>> {
        let refused = |message: &str| Ok(Err((Code::Archive, message.to_owned())));
        let Ok(path) = std::str::from_utf8(path) else { return refused("its name is not UTF-8") };
        let is_directory = kind == EntryType::Directory || path.ends_with('/');
        let path = match place(path) {
            Ok(path) => path,
            Err(message) => return refused(message),
        };
        match kind {
            EntryType::Regular | EntryType::Directory => {}
            EntryType::Symlink => return refused("it is a symbolic link, and a bundle has only files"),
            EntryType::Link => return refused("it is a hard link, and a bundle has only files"),
            EntryType::Char | EntryType::Block => {
                return refused("it is a device, and a bundle has only files");
            }
            EntryType::Fifo => return refused("it is a named pipe, and a bundle has only files"),
            _ => return refused("it is no plain file, and a bundle has only files"),
        }
        if is_directory {
            return Ok(Ok(()));
        }
        if path.is_empty() {
            return refused("it has no name");
        }
        if path != SIGNATURES && is_hidden(path) {
            return refused("only `.manifest` and `.signatures.json` may begin with a dot");
        }
        if size > self.limits.file_bytes {
            let message =
                format!("the file has {size} bytes, and at most {} are read", self.limits.file_bytes);
            return Ok(Err((Code::TooLarge, message)));
        }
        let mut bytes = Vec::new();
        content.take(size).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let is_new = if path == SIGNATURES {
            self.tree.signatures.replace(bytes).is_none()
        } else {
            match self.tree.files.entry(path.to_owned()) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Cow::Owned(bytes));
                    true
                }
                Entry::Occupied(_) => false,
            }
        };
        if is_new { Ok(Ok(())) } else { refused("the archive has a second file of this name") }
    }
}

/// Reads an archive to its end, so that its checksum is looked at; what follows the last entry must be zeros.
fn rest_is_padding(rest: &mut impl Read) -> io::Result<()> {
    let mut buffer = [0; 8192];
    loop {
        match rest.read(&mut buffer)? {
            0 => return Ok(()),
            n_bytes if buffer.iter().take(n_bytes).all(|byte| *byte == 0) => {}
            _ => return Err(io::Error::other("something follows the end of the archive")),
        }
    }
}

/// A reader that fails rather than give more bytes than it may.
struct Bounded<R> {
    inner: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.inner.read(buffer)?;
        match self.left.checked_sub(u64::try_from(n_bytes).unwrap_or(u64::MAX)) {
            Some(left) => {
                self.left = left;
                Ok(n_bytes)
            }
            None => {
                self.is_over = true;
                Err(io::Error::other("too much"))
            }
        }
    }
}
