//! A bundle's files: read once, within limits, and digested.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};

use super::{Limits, archive, requirements};
use crate::diagnostic::{Code, Diagnostic};

/// The bundles that the program carries.
static BUILTIN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/bundles");

/// The file that makes a directory a bundle.
pub(super) const MANIFEST: &str = ".manifest";

/// The file that holds a bundle's signature; it is no part of what is signed, nor of the digest.
pub(super) const SIGNATURES: &str = ".signatures.json";

/// Where bundles come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Every bundle that the program carries.
    Builtin,
    /// One bundle in a directory.
    Directory(PathBuf),
    /// One bundle whose files were read before: out of an archive, or because they had to be verified first.
    Loaded(Arc<Tree>),
}

/// One bundle's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// What stands before each path in messages.
    prefix: String,
    /// Content by path, `/` between its parts on every system.
    pub(super) files: BTreeMap<String, Cow<'static, [u8]>>,
    /// The content of `.signatures.json`.
    pub(super) signatures: Option<Vec<u8>>,
}

impl Tree {
    /// Files by their paths, and what stands before each path in messages.
    pub(super) fn new(prefix: String, files: BTreeMap<String, Cow<'static, [u8]>>) -> Self {
        Self { prefix, files, signatures: None }
    }

    /// A bundle without files yet.
    pub(super) fn named(prefix: String) -> Self {
        Self { prefix, files: BTreeMap::new(), signatures: None }
    }

    /// Reads a bundle from its directory.
    ///
    /// # Errors
    ///
    /// Every file that cannot be read or cannot stand in a bundle.
    pub fn of_directory(root: &Path, limits: &Limits) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        match directory(root, limits, &mut problems) {
            Some(tree) if problems.is_empty() => Ok(tree),
            _ => Err(problems),
        }
    }

    /// A bundle that the program carries, by its name.
    ///
    /// # Errors
    ///
    /// The program carries none of that name.
    pub fn built_in(name: &str) -> Result<Self, Diagnostic> {
        let carried = built_in_bundles();
        let names = carried.iter().filter_map(|tree| requirements::names(tree).0).collect::<Vec<_>>();
        let found = carried.iter().find(|tree| requirements::names(tree).0.as_deref() == Some(name));
        found.map(|tree| Self::clone(tree)).ok_or_else(|| {
            let message = format!("the program carries no bundle `{name}`");
            let problem = Diagnostic::of_file(format!("builtin/{name}"), Code::Manifest, message);
            problem
                .with_help(format!("it carries {}; a directory is written `./builtin/…`", names.join(", ")))
        })
    }

    /// Reads a bundle from the bytes of a gzipped tar; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// What is wrong with the archive: it is refused whole.
    pub fn of_archive(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Vec<Diagnostic>> {
        archive::read(name, bytes, limits)
    }

    /// The bundle as a gzipped tar, its signature included; the same files give the same bytes.
    ///
    /// # Errors
    ///
    /// A path that a tar header cannot hold.
    pub fn to_archive(&self) -> std::io::Result<Vec<u8>> {
        archive::write(self)
    }

    /// What messages call the bundle.
    pub(super) fn origin(&self) -> &str {
        self.prefix.trim_end_matches('/')
    }

    /// A file's name in messages.
    pub(super) fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// A file's text; `None`, and a problem, when it is not UTF-8.
    pub(super) fn text(&self, path: &str, problems: &mut Vec<Diagnostic>) -> Option<&str> {
        match std::str::from_utf8(self.files.get(path)?) {
            Ok(text) => Some(text),
            Err(error) => {
                let message = format!("the file is not UTF-8 (at byte {})", error.valid_up_to());
                problems.push(Diagnostic::of_file(self.name(path), Code::Unreadable, message));
                None
            }
        }
    }

    /// SHA-256 over every path, length and content, in the paths' order.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, content) in &self.files {
            hash.update(path.as_bytes());
            hash.update(format!("\0{}\0", content.len()));
            hash.update(content);
        }
        let mut digest = "sha256:".to_owned();
        for byte in hash.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        digest
    }
}

/// Reads every bundle of a source.
pub(super) fn read(source: &Source, limits: &Limits, problems: &mut Vec<Diagnostic>) -> Vec<Arc<Tree>> {
    match source {
        Source::Builtin => built_in_bundles(),
        Source::Directory(root) => directory(root, limits, problems).into_iter().map(Arc::new).collect(),
        Source::Loaded(tree) => vec![Arc::clone(tree)],
    }
}

/// Every bundle that the program carries.
pub(super) fn built_in_bundles() -> Vec<Arc<Tree>> {
    BUILTIN.dirs().filter(|dir| holds_manifest(dir)).map(built_in).map(Arc::new).collect()
}

fn holds_manifest(dir: &Dir<'static>) -> bool {
    dir.files().any(|file| file.path().file_name().is_some_and(|name| name == MANIFEST))
}

fn built_in(dir: &'static Dir<'static>) -> Tree {
    let mut tree = Tree::named(format!("{}/", dir.path().display()));
    let mut open = vec![dir];
    while let Some(next) = open.pop() {
        for entry in next.entries() {
            match entry {
                DirEntry::Dir(child) => open.push(child),
                DirEntry::File(file) => {
                    if let Some(path) = file.path().strip_prefix(dir.path()).ok().and_then(slashed)
                        && !is_hidden(&path)
                    {
                        tree.files.insert(path, Cow::Borrowed(file.contents()));
                    }
                }
            }
        }
    }
    tree
}

/// Whether a path has a part that begins with a dot; editors and version control leave such files behind.
pub(super) fn is_hidden(path: &str) -> bool {
    path != MANIFEST && path.split('/').any(|part| part.starts_with('.'))
}

fn slashed(path: &Path) -> Option<String> {
    let parts = path.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>()?;
    Some(parts.join("/"))
}

fn directory(root: &Path, limits: &Limits, problems: &mut Vec<Diagnostic>) -> Option<Tree> {
    let name = root.display().to_string();
    let canonical = match root.canonicalize() {
        Ok(canonical) => canonical,
        Err(error) => {
            problems.push(Diagnostic::of_file(name, Code::Unreadable, error.to_string()));
            return None;
        }
    };
    if !canonical.join(MANIFEST).is_file() {
        let problem = Diagnostic::of_file(
            &name,
            Code::Manifest,
            "the directory has no `.manifest`, so it is not a bundle",
        );
        problems.push(problem.with_help("name the directory that holds the bundle's `.manifest`"));
        return None;
    }
    let mut tree = Tree::named(format!("{}/", name.trim_end_matches('/')));
    let (mut open, mut total) = (vec![String::new()], 0_u64);
    while let Some(relative) = open.pop() {
        let here = canonical.join(&relative);
        let entries = fs::read_dir(&here).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(Diagnostic::of_file(tree.name(&relative), Code::Unreadable, error.to_string()));
                continue;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Some(file_name) = entry.file_name().to_str().map(ToOwned::to_owned) else {
                let message = "a file's name is not UTF-8";
                problems.push(Diagnostic::of_file(tree.name(&relative), Code::Layout, message));
                continue;
            };
            let path = if relative.is_empty() { file_name } else { format!("{relative}/{file_name}") };
            if is_hidden(&path) && path != SIGNATURES {
                continue;
            }
            match what_is(&entry.path(), &canonical) {
                Ok(What::Directory) => open.push(path),
                Ok(What::File) => {
                    if tree.files.len() >= limits.files {
                        let message = format!("the bundle has more than {} files", limits.files);
                        problems.push(Diagnostic::of_file(&name, Code::TooLarge, message));
                        return None;
                    }
                    match content(&entry.path(), limits, &mut total) {
                        Ok(content) if path == SIGNATURES => tree.signatures = Some(content),
                        Ok(content) => {
                            tree.files.insert(path, Cow::Owned(content));
                        }
                        Err((code, message)) => {
                            problems.push(Diagnostic::of_file(tree.name(&path), code, message));
                        }
                    }
                }
                Err(message) => problems.push(Diagnostic::of_file(tree.name(&path), Code::Layout, message)),
            }
        }
    }
    Some(tree)
}

/// What stands at a path.
pub(super) enum What {
    Directory,
    File,
}

/// Tells files from directories; a link is followed to a file of the same bundle and nowhere else.
pub(super) fn what_is(path: &Path, root: &Path) -> Result<What, String> {
    let metadata = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if metadata.is_dir() {
        return Ok(What::Directory);
    }
    if metadata.is_file() {
        return Ok(What::File);
    }
    if metadata.is_symlink() {
        let target = path.canonicalize().map_err(|error| format!("the link cannot be followed: {error}"))?;
        if !target.starts_with(root) {
            return Err("the link leads out of the bundle".to_owned());
        }
        return if target.is_file() {
            Ok(What::File)
        } else {
            Err("the link leads to a directory".to_owned())
        };
    }
    Err("only files and directories can stand in a bundle".to_owned())
}

/// A file's bytes, within the limits of one file and of all together.
pub(super) fn content(path: &Path, limits: &Limits, total: &mut u64) -> Result<Vec<u8>, (Code, String)> {
    let unreadable = |error: std::io::Error| (Code::Unreadable, error.to_string());
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > limits.file_bytes {
        let message = format!("the file has {size} bytes, and at most {} are read", limits.file_bytes);
        return Err((Code::TooLarge, message));
    }
    *total = total.saturating_add(size);
    if *total > limits.bundle_bytes {
        return Err((Code::TooLarge, format!("the bundle has more than {} bytes", limits.bundle_bytes)));
    }
    fs::read(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn read_all(root: &Path, limits: &Limits) -> (Option<Tree>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let tree = directory(root, limits, &mut problems);
        (tree, problems)
    }

    #[test]
    fn a_digest_depends_on_paths_and_contents_alone() {
        let first = bundle(&[(".manifest", "{}"), ("a/b.rego", "x"), (".git/config", "1")]);
        let second = bundle(&[("a/b.rego", "x"), (".manifest", "{}"), ("a/.b.rego.swp", "2")]);
        let third = bundle(&[(".manifest", "{}"), ("a/c.rego", "x")]);
        let digest = |root: &tempfile::TempDir| read_all(root.path(), &Limits::default()).0.unwrap().digest();
        assert_eq!(digest(&first), digest(&second));
        assert_ne!(digest(&first), digest(&third));
    }

    #[test]
    fn a_directory_without_a_manifest_is_no_bundle() {
        let (tree, problems) = read_all(bundle(&[("a.rego", "")]).path(), &Limits::default());
        assert!(tree.is_none());
        assert_eq!(problems[0].code, Code::Manifest);
    }

    #[test]
    fn limits_hold() {
        let root = bundle(&[(".manifest", "{}"), ("a.rego", "0123456789"), ("b.rego", "0123456789")]);
        let codes =
            |limits: &Limits| read_all(root.path(), limits).1.iter().map(|it| it.code).collect::<Vec<_>>();
        assert_eq!(codes(&Limits { file_bytes: 5, ..Limits::default() }), [Code::TooLarge; 2]);
        assert_eq!(codes(&Limits { files: 2, ..Limits::default() }), [Code::TooLarge]);
        assert_eq!(codes(&Limits { bundle_bytes: 15, ..Limits::default() }), [Code::TooLarge]);
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out_of_a_bundle() {
        let outside = bundle(&[("secret.yaml", "x")]);
        let root = bundle(&[(".manifest", "{}"), ("params/data.yaml", "a: 1")]);
        let link =
            |target: &Path, name: &str| std::os::unix::fs::symlink(target, root.path().join(name)).unwrap();
        link(&outside.path().join("secret.yaml"), "data.yaml");
        link(outside.path(), "lib");
        link(&root.path().join("params/data.yaml"), "copy.yaml");
        let (tree, problems) = read_all(root.path(), &Limits::default());
        assert_eq!(
            tree.unwrap().files.keys().collect::<Vec<_>>(),
            [".manifest", "copy.yaml", "params/data.yaml"]
        );
        assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), [Code::Layout; 2]);
    }
}
