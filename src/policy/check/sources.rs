//! What there is to check: bundles, and policies that belong to none.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Limits;
use crate::policy::files::{self, MANIFEST, Source, Tree, What};

/// What was found below the given paths.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Directories with a manifest.
    pub(super) bundles: Vec<Source>,
    /// Policies without one: each directory or file that was given, with its data documents.
    pub(super) libraries: Vec<Tree>,
}

/// Looks for bundles and policies. A directory of bundles stands for each of them.
pub(super) fn find(paths: &[PathBuf], limits: &Limits, problems: &mut Vec<Diagnostic>) -> Sources {
    let mut sources = Sources::default();
    for path in paths {
        let n_before = (sources.bundles.len(), sources.libraries.len(), problems.len());
        if path.is_dir() {
            directory(path, limits, &mut sources, problems);
        } else {
            file(path, limits, &mut sources, problems);
        }
        if n_before == (sources.bundles.len(), sources.libraries.len(), problems.len()) {
            let name = path.display().to_string();
            let problem = Diagnostic::of_file(name, Code::Layout, "no bundle and no policy is here");
            problems.push(problem.with_help("name a bundle's directory, or a directory or file of `*.rego`"));
        }
    }
    sources.bundles.sort_by_key(|source| format!("{source:?}"));
    sources.bundles.dedup();
    sources
}

/// Whether a directory is a bundle of controls, or of what they share, which has a name. Others have bundles too, and owe
/// this program nothing.
fn is_bundle(directory: &Path, limits: &Limits) -> bool {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(default)]
        roots: Vec<String>,
        #[serde(default)]
        metadata: serde_json::Map<String, serde_json::Value>,
    }
    let manifest = directory.join(MANIFEST);
    if !manifest.is_file() {
        return false;
    }
    let content = files::content(&manifest, limits, &mut 0).unwrap_or_default();
    let is_ours = |root: &String| root.split('/').next() == Some("tidewaiter");
    // A manifest that cannot be read is looked at as if it were ours, so that somebody hears of it.
    let says_so = serde_json::from_slice::<Manifest>(&content)
        .map_or(true, |it| it.roots.iter().any(is_ours) || it.metadata.contains_key("name"));
    says_so || directory.join("controls").is_dir()
}

/// One policy.
fn file(path: &Path, limits: &Limits, sources: &mut Sources, problems: &mut Vec<Diagnostic>) {
    let name = path.display().to_string();
    let (prefix, file) = name
        .rsplit_once('/')
        .map_or(("", &*name), |(_, file)| (name.strip_suffix(file).unwrap_or_default(), file));
    match files::content(path, limits, &mut 0) {
        Ok(content) if is_wanted(file) => {
            let files = BTreeMap::from([(file.to_owned(), Cow::Owned(content))]);
            sources.libraries.push(Tree::new(prefix.to_owned(), files));
        }
        Ok(_) => {}
        Err((code, message)) => problems.push(Diagnostic::of_file(name, code, message)),
    }
}

/// Every policy and data document of a directory; bundles in it are left to themselves.
fn directory(root: &Path, limits: &Limits, sources: &mut Sources, problems: &mut Vec<Diagnostic>) {
    let prefix = format!("{}/", root.display().to_string().trim_end_matches('/'));
    let (mut found, mut open, mut total) = (BTreeMap::new(), vec![String::new()], 0_u64);
    let canonical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    while let Some(relative) = open.pop() {
        let here = root.join(&relative);
        if is_bundle(&here, limits) {
            // Without the slash that an empty path would leave at the end.
            let bundle = if relative.is_empty() { root.to_owned() } else { here };
            sources.bundles.push(Source::Directory(bundle));
            continue;
        }
        let entries = fs::read_dir(&here).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.unwrap_or_else(|error| {
            let name = format!("{prefix}{relative}");
            problems.push(Diagnostic::of_file(name, Code::Unreadable, error.to_string()));
            Vec::new()
        });
        for entry in entries {
            let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else { continue };
            let path = if relative.is_empty() { name.clone() } else { format!("{relative}/{name}") };
            if name.starts_with('.') {
                continue;
            }
            match files::what_is(&entry.path(), &canonical) {
                Ok(What::Directory) => open.push(path),
                Ok(What::File) if is_wanted(&name) => {
                    if found.len() >= limits.files {
                        let message = format!("the directory has more than {} policies", limits.files);
                        problems.push(Diagnostic::of_file(&prefix, Code::TooLarge, message));
                        return;
                    }
                    match files::content(&entry.path(), limits, &mut total) {
                        Ok(content) => drop(found.insert(path, Cow::Owned(content))),
                        Err((code, message)) => {
                            problems.push(Diagnostic::of_file(format!("{prefix}{path}"), code, message));
                        }
                    }
                }
                // What is no policy is not looked at, so that a link or a socket beside one is no mistake.
                Ok(What::File) | Err(_) => {}
            }
        }
    }
    if found.keys().any(|path| path.ends_with(".rego")) {
        sources.libraries.push(Tree::new(prefix, found));
    }
}

fn is_wanted(name: &str) -> bool {
    name.ends_with(".rego") || ["data.json", "data.yaml"].contains(&name)
}
