//! Reading one bundle: its policies, their METADATA and its frameworks, each problem with its place.

use std::collections::BTreeSet;

use super::Limits;
use super::data::{self, Document};
use super::errors;
use super::files::{MANIFEST, Tree};
use super::frameworks::{self, Part};
use super::graph::Graph;
use super::manifest::{self, Manifest};
use super::metadata::{self, ControlMetadata, Statements};
use super::omissions::{self, Omission};
use super::scan;
use super::syntax::{self, Module, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{BundleId, ControlId};

/// The package below which controls stand.
const CONTROLS: [&str; 2] = ["tidewaiter", "controls"];

/// What ends the name of a file of tests.
pub(super) const TEST_SUFFIX: &str = "_test.rego";

/// One bundle as it was read.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) id: BundleId,
    pub(super) title: Option<String>,
    pub(super) roots: Vec<String>,
    pub(super) requires: Vec<String>,
    /// The manifest's name in messages.
    pub(super) manifest: String,
    pub(super) policies: Vec<Policy>,
    pub(super) controls: Vec<Draft>,
    pub(super) documents: Vec<Document>,
    /// Its files of frameworks, and the ids of the controls that they may name.
    pub(super) frameworks: Vec<Part>,
    pub(super) ids: BTreeSet<ControlId>,
    pub(super) omissions: Vec<Omission>,
}

/// One policy that is not a test.
#[derive(Debug)]
pub(super) struct Policy {
    /// Its name in messages.
    pub(super) file: String,
    /// Its text.
    pub(super) text: String,
    /// Its package, dots between the parts.
    pub(super) package: String,
}

/// A control before it is known what it reads.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) file: String,
    pub(super) package: String,
    pub(super) metadata: ControlMetadata,
}

/// Reads a bundle and adds its rules to the graph.
pub(super) fn read(
    tree: &Tree,
    limits: &Limits,
    graph: &mut Graph,
    problems: &mut Vec<Diagnostic>,
) -> Option<Bundle> {
    let manifest = tree.text(MANIFEST, problems)?;
    let manifest = manifest::parse(&tree.name(MANIFEST), manifest, problems)?;
    let (mut policies, mut controls, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut retries_left = limits.bracket_retries;
    for path in tree.files.keys().filter(|path| path.ends_with(".rego")) {
        let file = tree.name(path);
        let Some(text) = tree.text(path, problems) else { continue };
        if text.len() > limits.policy_bytes {
            let message =
                format!("the policy has {} bytes, and at most {} are read", text.len(), limits.policy_bytes);
            problems.push(Diagnostic::of_file(file, Code::TooLarge, message));
            continue;
        }
        let before = problems.len();
        let scan = scan::scan(&file, text, limits, problems);
        if path.ends_with(TEST_SUFFIX) {
            // Tests are not judged with; `tidewaiter test` says what is wrong with them.
            continue;
        }
        if problems.len() == before {
            retries_left = scan.check_retries(&file, retries_left, problems);
        }
        if problems.len() > before {
            // What the scan refuses is not safe to parse.
            continue;
        }
        let module = match syntax::parse(&file, text) {
            Ok(module) => module,
            Err(error) => {
                problems.push(errors::translate(&error, &file));
                continue;
            }
        };
        let Some(package) = module.package.refr.path() else { continue };
        let place = module.package.span.place();
        if !manifest.owns(package.iter().copied()) {
            let message = format!("the package `{}` lies outside the bundle's roots", package.join("."));
            let problem = Diagnostic::of_file(&file, Code::Layout, message).at(place.0, place.1);
            problems.push(problem.with_help("add its path to `roots` in `.manifest`, or rename it"));
        }
        graph.add(&file, text, &module, problems);
        let annotations = metadata::of_package(&file, &scan, &statements(&module), problems);
        if path.starts_with("controls/") || package.starts_with(&CONTROLS) {
            check_layout(&file, path, &package, place, problems);
            match annotations {
                Some(node) => {
                    if let Some(metadata) = metadata::control(&file, &node, problems) {
                        let package = package.join(".");
                        controls.push(Draft { file: file.clone(), package, metadata });
                    }
                    ids.extend(node.control_id());
                }
                None => {
                    let message = "the control has no METADATA block before its package";
                    let problem = Diagnostic::of_file(&file, Code::Metadata, message).at(place.0, place.1);
                    problems
                        .push(problem.with_help("write title, description and custom as other controls do"));
                }
            }
        }
        policies.push(Policy { file, text: text.to_owned(), package: package.join(".") });
    }
    let documents = data::documents(tree, &manifest, problems);
    let frameworks = read_frameworks(tree, problems);
    let omissions = read_omissions(tree, problems);
    let Manifest { name, title, revision, roots, requires } = manifest;
    let id = BundleId { name, revision, digest: tree.digest() };
    Some(Bundle {
        id,
        title,
        roots,
        requires,
        manifest: tree.name(MANIFEST),
        policies,
        controls,
        documents,
        frameworks,
        ids,
        omissions,
    })
}

fn statements(module: &Module) -> Statements {
    let rules = module.rules.iter().map(|rule| match rule {
        Rule::Spec { span, .. } | Rule::Default { span, .. } => span.line,
    });
    Statements {
        package: module.package.span.line,
        imports: module.imports.iter().map(|import| import.span.line).collect(),
        rules: rules.collect(),
    }
}

/// A control's folder, file and package say the same name.
fn check_layout(
    file: &str,
    path: &str,
    package: &[&str],
    place: (usize, usize),
    problems: &mut Vec<Diagnostic>,
) {
    let parts = path.split('/').collect::<Vec<_>>();
    let is_word = |word: &str| {
        word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let mut report = |message: String, help: String| {
        problems.push(Diagnostic::of_file(file, Code::Layout, message).at(place.0, place.1).with_help(help));
    };
    let ["controls", subject, slug, policy] = parts.as_slice() else {
        return report(
            "a control's policy does not stand in a folder of its own".to_owned(),
            "its path is `controls/<subject>/<slug>/<slug>.rego`".to_owned(),
        );
    };
    if policy.strip_suffix(".rego") != Some(slug) {
        return report(
            format!("`{policy}` stands in the folder of the control `{slug}`, which has one policy"),
            format!("name it `{slug}.rego`, or move helpers to `lib/`"),
        );
    }
    for word in [subject, slug] {
        if !is_word(word) {
            report(
                format!("`{word}` is not in snake_case"),
                "use lower-case letters, digits and `_`".to_owned(),
            );
        }
    }
    let expected = [&CONTROLS[..], &[*subject, *slug]].concat();
    if package != expected {
        report(
            format!("the package `{}` does not agree with its folder", package.join(".")),
            format!("name it `{}`", expected.join(".")),
        );
    }
}

fn read_omissions(tree: &Tree, problems: &mut Vec<Diagnostic>) -> Vec<Omission> {
    if !tree.files.contains_key(omissions::FILE) {
        return Vec::new();
    }
    let Some(text) = tree.text(omissions::FILE, problems) else { return Vec::new() };
    omissions::parse(&tree.name(omissions::FILE), text, problems)
}

fn read_frameworks(tree: &Tree, problems: &mut Vec<Diagnostic>) -> Vec<Part> {
    let mut read = Vec::new();
    for path in tree.files.keys() {
        let name = path.strip_prefix("frameworks/").filter(|name| !name.contains('/'));
        let Some(stem) =
            name.and_then(|name| name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")))
        else {
            continue;
        };
        let Some(text) = tree.text(path, problems) else { continue };
        read.extend(frameworks::parse(&tree.name(path), stem, text, problems));
    }
    read
}
