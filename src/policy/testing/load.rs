//! Policies and data of any Rego library, found as `opa test` finds them.
//!
//! Without `-b` every `.rego` file is a policy and every `.json`, `.yaml` and `.yml` file is data at its directory's path. As
//! a bundle only files called `data` are data. A directory whose `.manifest` names a bundle of ours is a bundle either way,
//! and one library of its own; everything else is one library together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::super::data::{self, Document};
use super::super::engine::Policy;
use super::super::files::{self, MANIFEST, Source, Tree};
use super::super::manifest::Manifest;
use super::super::requirements::{self, Origin};
use super::super::{Limits, scan};
use super::TestPaths;
use crate::diagnostic::{Code, Diagnostic};

/// Policies and data that see each other.
#[derive(Debug, Default)]
pub(super) struct Library {
    /// By name.
    pub(super) policies: Vec<Policy>,
    /// Everything below `data` that is no rule.
    pub(super) data: Value,
    /// The data's files, for the check that none of them covers a rule.
    pub(super) documents: Vec<Document>,
    /// Files of bundles that are only there because others require them.
    pub(super) borrowed: BTreeSet<String>,
    /// The roots that packages keep to, by the files that they bind.
    roots: Vec<(BTreeSet<String>, Manifest)>,
}

/// What a directory's files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every data file counts.
    Loose,
    /// Files called `data` count.
    Bundle,
}

/// Reads bundles.
pub(super) fn from_sources(sources: &[Source], limits: &Limits) -> Result<Vec<Library>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let trees = sources.iter().flat_map(|source| files::read(source, limits, &mut problems));
    let trees = trees.collect::<Vec<_>>();
    let libraries = ours(trees, false, limits, &mut problems);
    if problems.is_empty() { Ok(libraries) } else { Err(problems) }
}

/// Reads what the paths of a command line name.
pub(super) fn from_paths(paths: &TestPaths, limits: &Limits) -> Result<Vec<Library>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut found = Found { paths, limits, loose: Vec::new(), bundles: Vec::new(), n_files: 0, n_bytes: 0 };
    for path in &paths.paths {
        found.path(path, &mut problems);
    }
    let Found { loose, bundles, .. } = found;
    let mut together = Library::default();
    let (theirs, bundles) =
        bundles.into_iter().partition::<Vec<_>, _>(|(_, is_ours)| paths.as_bundles && !is_ours);
    for (tree, _) in &theirs {
        together.add(tree, Kind::Bundle, paths.v0, limits, &mut problems);
    }
    let bundles = bundles.into_iter().map(|(tree, _)| Arc::new(tree)).collect();
    let mut libraries = ours(bundles, paths.v0, limits, &mut problems);
    for tree in &loose {
        together.add(tree, Kind::Loose, paths.v0, limits, &mut problems);
    }
    libraries.push(together.finished(&mut problems));
    libraries.retain(|library| !library.policies.is_empty());
    if problems.is_empty() { Ok(libraries) } else { Err(problems) }
}

/// One library for each of our bundles, together with those that it requires.
fn ours(trees: Vec<Arc<Tree>>, v0: bool, limits: &Limits, problems: &mut Vec<Diagnostic>) -> Vec<Library> {
    let trees = requirements::with_required(trees, problems);
    let mut libraries = Vec::new();
    for group in requirements::connected(&trees.iter().map(|(tree, _)| &**tree).collect::<Vec<_>>()) {
        let mut library = Library::default();
        for (tree, origin) in group.into_iter().filter_map(|number| trees.get(number)) {
            if *origin == Origin::Required {
                library.borrowed.extend(tree.files.keys().map(|path| tree.name(path)));
            }
            library.add(tree, Kind::Bundle, v0, limits, problems);
        }
        libraries.push(library.finished(problems));
    }
    libraries
}

/// Files while they are looked for.
struct Found<'a> {
    paths: &'a TestPaths,
    limits: &'a Limits,
    loose: Vec<Tree>,
    /// Each with whether it is one of ours.
    bundles: Vec<(Tree, bool)>,
    n_files: usize,
    n_bytes: u64,
}

/// One directory while it is read.
struct Reading {
    tree: Tree,
    kind: Kind,
    /// Directories that were entered, so that links cannot lead in circles.
    seen: BTreeSet<PathBuf>,
}

impl Found<'_> {
    fn path(&mut self, path: &Path, problems: &mut Vec<Diagnostic>) {
        let name = path.display().to_string();
        let is_directory = match fs::metadata(path) {
            Ok(metadata) => metadata.is_dir(),
            Err(error) => {
                let problem = Diagnostic::of_file(name, Code::Unreadable, error.to_string());
                problems.push(problem.with_help("name a policy file, or a directory of policies"));
                return;
            }
        };
        if is_directory {
            self.directory(path, self.paths.as_bundles, problems);
            return;
        }
        if !is_read(&name, Kind::Loose) || self.paths.as_bundles {
            let what = if self.paths.as_bundles {
                "a directory"
            } else {
                "a directory or a `.rego`, `.json` or `.yaml` file"
            };
            let problem = Diagnostic::of_file(name, Code::Layout, format!("the path is not {what}"));
            problems.push(problem.with_help("give the directory that holds the policies"));
            return;
        }
        let mut tree = Tree::new(parent_prefix(path), BTreeMap::new());
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.content(path, &file, &mut tree, problems);
        self.loose.push(tree);
    }

    /// Reads a directory that a path names, or that turned out to be a bundle of ours.
    fn directory(&mut self, root: &Path, as_bundle: bool, problems: &mut Vec<Diagnostic>) {
        let is_ours = is_ours(root);
        let kind = if as_bundle || is_ours { Kind::Bundle } else { Kind::Loose };
        let name = root.display().to_string();
        let prefix = match name.trim_end_matches('/') {
            "." => String::new(),
            name => format!("{}/", name.strip_prefix("./").unwrap_or(name)),
        };
        let mut reading = Reading { tree: Tree::new(prefix, BTreeMap::new()), kind, seen: BTreeSet::new() };
        self.walk(root, "", &mut reading, problems);
        match kind {
            Kind::Bundle => self.bundles.push((reading.tree, is_ours)),
            Kind::Loose => self.loose.push(reading.tree),
        }
    }

    fn walk(&mut self, here: &Path, relative: &str, reading: &mut Reading, problems: &mut Vec<Diagnostic>) {
        let canonical = here.canonicalize();
        let entries = canonical
            .and_then(|canonical| Ok((reading.seen.insert(canonical), fs::read_dir(here)?)))
            .and_then(|(is_new, entries)| Ok((is_new, entries.collect::<Result<Vec<_>, _>>()?)));
        let mut entries = match entries {
            Ok((true, entries)) => entries,
            Ok((false, _)) => return,
            Err(error) => {
                problems.push(Diagnostic::of_file(
                    here.display().to_string(),
                    Code::Unreadable,
                    error.to_string(),
                ));
                return;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_manifest = name == MANIFEST && relative.is_empty() && reading.kind == Kind::Bundle;
            if (name.starts_with('.') && !is_manifest) || self.paths.ignore.iter().any(|it| it.is_match(name))
            {
                continue;
            }
            let (path, below) = (entry.path(), format!("{relative}{name}"));
            // What cannot be looked at is a link to nowhere, which no policy needs.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.is_dir() {
                if reading.kind == Kind::Loose && is_ours(&path) {
                    self.directory(&path, false, problems);
                } else {
                    self.walk(&path, &format!("{below}/"), reading, problems);
                }
            } else if metadata.is_file() && (is_manifest || is_read(name, reading.kind)) {
                self.content(&path, &below, &mut reading.tree, problems);
            }
        }
    }

    fn content(&mut self, path: &Path, name: &str, tree: &mut Tree, problems: &mut Vec<Diagnostic>) {
        let file = tree.name(name);
        self.n_files += 1;
        if self.n_files > self.limits.files {
            if self.n_files == self.limits.files + 1 {
                let message = format!("there are more than {} files", self.limits.files);
                problems.push(Diagnostic::of_file(file, Code::TooLarge, message));
            }
            return;
        }
        match files::content(path, self.limits, &mut self.n_bytes) {
            Ok(mut content) => {
                if name.ends_with(".yaml") || name.ends_with(".yml") {
                    content.truncate(first_document(&content));
                }
                tree.files.insert(name.to_owned(), Cow::Owned(content));
            }
            Err((code, message)) => problems.push(Diagnostic::of_file(file, code, message)),
        }
    }
}

/// Where the first of a file's YAML documents ends; OPA reads no other.
fn first_document(content: &[u8]) -> usize {
    let (mut at, mut begun) = (0, false);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        if text == b"---" && begun {
            return at;
        }
        begun |= !text.is_empty() && !text.starts_with(b"#");
        at += line.len();
    }
    at
}

fn parent_prefix(path: &Path) -> String {
    match path.parent().map(|parent| parent.display().to_string()) {
        Some(parent) if !parent.is_empty() && parent != "." => format!("{}/", parent.trim_end_matches('/')),
        _ => String::new(),
    }
}

/// Whether a file has a meaning.
fn is_read(path: &str, kind: Kind) -> bool {
    path.ends_with(".rego") || is_data(path, kind)
}

fn is_data(path: &str, kind: Kind) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match (name.rsplit_once('.'), kind) {
        (Some((stem, "json" | "yaml" | "yml")), Kind::Bundle) => stem == "data",
        (Some((_, "json" | "yaml" | "yml")), Kind::Loose) => true,
        _ => false,
    }
}

/// Whether a directory's manifest names a bundle, as ours do and OPA's need not.
fn is_ours(directory: &Path) -> bool {
    fs::read(directory.join(MANIFEST))
        .ok()
        .and_then(|text| serde_json::from_slice::<Value>(&text).ok())
        .is_some_and(|manifest| manifest.pointer("/metadata/name").is_some_and(Value::is_string))
}

impl Library {
    /// Takes in the files of one directory.
    fn add(&mut self, tree: &Tree, kind: Kind, v0: bool, limits: &Limits, problems: &mut Vec<Diagnostic>) {
        let (manifest, v0) = match tree.files.contains_key(MANIFEST) {
            true => manifest(tree, v0, problems),
            false => (None, v0),
        };
        let mut names = BTreeSet::new();
        for path in tree.files.keys().filter(|path| path.ends_with(".rego")) {
            let file = tree.name(path);
            let Some(text) = tree.text(path, problems) else { continue };
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let before = problems.len();
            check_size(&file, text, limits, problems);
            if problems.len() == before {
                names.insert(file.clone());
                self.policies.push(Policy { file, text: text.to_owned(), v0 });
            }
        }
        self.documents.extend(match &manifest {
            Some(manifest) => data::documents(tree, manifest, problems),
            None => data::documents_of(tree, |path| is_data(path, kind), problems),
        });
        if let Some(manifest) = manifest {
            let overlap = self.roots.iter().find_map(|(_, other)| {
                let root = manifest.roots.iter().find(|root| owns(other, root))?;
                Some(root.clone())
            });
            if let Some(root) = overlap {
                let message = format!("another bundle has the root `{root}` too");
                let problem = Diagnostic::of_file(tree.name(MANIFEST), Code::Layout, message);
                problems.push(problem.with_help("test the bundles one by one"));
            }
            self.roots.push((names, manifest));
        }
    }

    fn finished(mut self, problems: &mut Vec<Diagnostic>) -> Self {
        self.policies.sort_by(|one, other| one.file.cmp(&other.file));
        self.policies.dedup_by(|one, other| one.file == other.file);
        for document in &self.documents {
            if !document.can_be_laid() {
                let message =
                    "the document is not a mapping, and there is nothing that it could be the value of";
                let problem = Diagnostic::of_file(document.file(), Code::InvalidValue, message);
                problems
                    .push(problem.with_help("leave it out with `--ignore`, or test the directory with `-b`"));
            }
        }
        let before = problems.len();
        self.data = Value::Object(data::merge(&self.documents, problems));
        for problem in problems.iter_mut().skip(before) {
            problem.help = Some(
                "leave one of them out with `--ignore`; with `-b` only `data.json` and `data.yaml` are data"
                    .to_owned(),
            );
        }
        self
    }

    /// Whether a file's package keeps to the roots of its bundle.
    pub(super) fn is_at_home(&self, file: &str, package: &[&str]) -> bool {
        let of_file = self.roots.iter().find(|(files, _)| files.contains(file));
        of_file.is_none_or(|(_, manifest)| manifest.owns(package.iter().copied()))
    }
}

fn owns(manifest: &Manifest, root: &str) -> bool {
    let parts = root.split('/').filter(|part| !part.is_empty());
    manifest.owns(parts)
        || manifest.roots.iter().any(|theirs| format!("{theirs}/").starts_with(&format!("{root}/")))
}

/// Of a manifest only the roots and the version of Rego matter to tests.
fn manifest(tree: &Tree, v0: bool, problems: &mut Vec<Diagnostic>) -> (Option<Manifest>, bool) {
    let Some(text) = tree.text(MANIFEST, problems) else { return (None, v0) };
    let manifest = match serde_json::from_str::<Value>(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            problems.push(super::super::manifest::json_problem(&tree.name(MANIFEST), Code::Manifest, &error));
            return (None, v0);
        }
    };
    let roots = manifest.get("roots").and_then(Value::as_array);
    let roots = roots.map_or_else(
        || vec![String::new()],
        |roots| {
            roots.iter().filter_map(Value::as_str).map(|root| root.trim_matches('/').to_owned()).collect()
        },
    );
    let v0 = manifest.get("rego_version").and_then(Value::as_u64).map_or(v0, |version| version == 0);
    let requires = Vec::new();
    (Some(Manifest { name: String::new(), title: None, revision: String::new(), requires, roots }), v0)
}

/// Refuses what would keep the engine's parser busy for longer than anybody waits.
fn check_size(file: &str, text: &str, limits: &Limits, problems: &mut Vec<Diagnostic>) {
    if text.len() > limits.policy_bytes * 8 {
        let message =
            format!("the policy has {} bytes, and at most {} are read", text.len(), limits.policy_bytes * 8);
        problems.push(Diagnostic::of_file(file, Code::TooLarge, message));
        return;
    }
    let wide = Limits {
        lines: usize::MAX,
        line_columns: super::super::engine::WIDE_COLUMNS,
        bracket_depth: usize::MAX,
        ..limits.clone()
    };
    let scan = scan::scan(file, text, &wide, problems);
    scan.check_retries(file, limits.bracket_retries, problems);
}
