//! Static checks of policies: everything that can be known to be wrong before anything is judged.
//!
//! It stands apart from loading, which refuses only what must not be judged with; here everything is looked at that makes a
//! policy mean something else than its author thinks, tests included, and all of it is said at once.
//!
//! A directory with a manifest is a bundle, and held to the contract of bundles: `input` is this program's document, and
//! every control proves that it can fire. Other policies are somebody else's, and held to the language alone.

pub(super) mod builtins;
mod calls;
mod examples;
mod expressions;
mod index;
mod patterns;
mod proof;
mod reader;
mod references;
mod scopes;
mod sources;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::bundle::TEST_SUFFIX;
use super::data::Document;
use super::engine::Prepared;
use super::files::{self, Tree};
use super::graph::Graph;
use super::{Bundles, Limits, data, errors, requirements, scan, stack, syntax};
use crate::diagnostic::{Code, Diagnostic, Level};
use index::{Index, Unit};

/// How often what is known of rules and arguments is carried on to where they are used, at most.
const ROUNDS: usize = 5;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Every problem, sorted by file and place.
    pub problems: Vec<Diagnostic>,
    /// The text of each file that has a problem.
    pub texts: BTreeMap<String, String>,
    /// How many policies were looked at, tests included.
    pub n_policies: usize,
}

impl Checked {
    /// How many problems there are of a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.problems.iter().filter(|problem| problem.code.level() == level).count()
    }
}

/// Checks bundles, and directories and files of policies.
#[must_use]
pub fn check(paths: &[PathBuf], limits: &Limits) -> Checked {
    stack::on_large_stack(|| check_all(paths, limits)).unwrap_or_else(|reason| {
        let message = format!("the policies could not be checked: {reason}");
        Checked { problems: vec![Diagnostic::of_file("policies", Code::Rego, message)], ..Checked::default() }
    })
}

fn check_all(paths: &[PathBuf], limits: &Limits) -> Checked {
    let mut checked = Checked::default();
    let sources = sources::find(paths, limits, &mut checked.problems);
    let mut trees = Vec::new();
    if !sources.bundles.is_empty() {
        let mut unread = Vec::new();
        trees.extend(sources.bundles.iter().flat_map(|source| files::read(source, limits, &mut unread)));
        let required = requirements::missing(&trees, &mut unread);
        let required =
            required.iter().map(|tree| Arc::new(Tree::clone(tree).without_tests())).collect::<Vec<_>>();
        let loaded = Bundles::load(&sources.bundles, None, limits);
        let refused = loaded.as_ref().err().cloned().unwrap_or_default();
        let all = [&trees[..], &required].concat();
        let mut found = Policies::of(&all, limits, true).check(&mut checked);
        let borrowed = required.iter().flat_map(|tree| tree.files.keys().map(|path| tree.name(path)));
        let borrowed = borrowed.collect::<BTreeSet<_>>();
        checked.n_policies -= borrowed.iter().filter(|file| file.ends_with(".rego")).count();
        found.retain(|problem| !borrowed.contains(&problem.file));
        checked.problems.extend(without_repetitions(refused, &found));
        checked.problems.extend(found);
        for tree in &trees {
            proof::check_presence(tree, limits, &mut checked.problems);
            examples::check(tree, &mut checked.problems);
        }
        if let Ok(bundles) = loaded {
            proof::check(&sources.bundles, &bundles, &trees, &required, limits, &mut checked.problems);
        }
    }
    for library in sources.libraries.into_iter().map(Arc::new) {
        let found = Policies::of(std::slice::from_ref(&library), limits, false).check(&mut checked);
        checked.problems.extend(found);
        trees.push(library);
    }
    checked.keep_texts(&trees);
    checked.name_briefly();
    for problem in &mut checked.problems {
        // A problem of a whole file is shown at its beginning.
        if problem.line.is_none() && checked.texts.contains_key(&problem.file) {
            (problem.line, problem.column) = (Some(1), Some(1));
        }
        problem.help.get_or_insert_with(|| advice(problem.code).to_owned());
    }
    checked.problems.sort();
    checked.problems.dedup();
    checked
}

impl Checked {
    /// Keeps the texts in which problems are shown.
    fn keep_texts(&mut self, trees: &[Arc<Tree>]) {
        let wanted = self.problems.iter().map(|problem| problem.file.as_str()).collect::<BTreeSet<_>>();
        for tree in trees {
            for (path, content) in &tree.files {
                let name = tree.name(path);
                if wanted.contains(name.as_str())
                    && let Ok(text) = std::str::from_utf8(content)
                {
                    self.texts.insert(name, text.to_owned());
                }
            }
        }
    }
}

impl Checked {
    /// Leaves out the `./` with which everything in the current directory begins.
    fn name_briefly(&mut self) {
        let brief = |file: String| file.strip_prefix("./").map(ToOwned::to_owned).unwrap_or(file);
        self.texts =
            std::mem::take(&mut self.texts).into_iter().map(|(file, text)| (brief(file), text)).collect();
        for problem in &mut self.problems {
            problem.file = brief(std::mem::take(&mut problem.file));
        }
    }
}

/// What to do where nothing more can be said than the kind of problem.
fn advice(code: Code) -> &'static str {
    match code {
        Code::Unreadable => "make it a file of UTF-8 text that can be read",
        Code::TooLarge => "split it, or move what is large into data or examples",
        Code::Rego => "it must be Rego v1 as OPA reads it; `opa fmt` and `opa check` may say more",
        Code::Syntax | Code::WrongExample => "it must be JSON or YAML as its name says",
        Code::Metadata | Code::UnknownKey | Code::InvalidValue => "write it as the built-in controls do",
        _ => "`docs/diagnostics.md` says what is looked for",
    }
}

/// What loading refused, without what was found here too and is said more exactly.
fn without_repetitions(refused: Vec<Diagnostic>, found: &[Diagnostic]) -> Vec<Diagnostic> {
    let is_found = |problem: &Diagnostic| {
        let codes = match problem.code {
            // Every reference into the document is followed here.
            Code::UnknownInput => return true,
            Code::UnknownFunction => &[Code::UnknownFunction, Code::MissingBuiltin][..],
            Code::UnknownReference => &[Code::UnknownFunction],
            Code::Rego => &[Code::Rego, Code::UnsafeVariable, Code::RuleConflict],
            _ => return false,
        };
        let same_line = |it: &&Diagnostic| it.file == problem.file && it.line == problem.line;
        found.iter().filter(same_line).any(|it| codes.contains(&it.code))
    };
    refused.into_iter().filter(|problem| !is_found(problem)).collect()
}

/// Policies that are checked together.
struct Policies {
    units: Vec<Unit>,
    /// Packages of policies that could not be read.
    unread: BTreeSet<Vec<String>>,
    documents: Vec<Document>,
    data: Value,
    /// Whether they keep the contract of bundles.
    is_bundle: bool,
    /// What is wrong with the files themselves.
    problems: Vec<Diagnostic>,
}

impl Policies {
    /// Reads and parses every policy of the trees.
    fn of(trees: &[Arc<Tree>], limits: &Limits, is_bundle: bool) -> Self {
        let (mut units, mut unread) = (Vec::new(), BTreeSet::new());
        let (mut documents, mut problems) = (Vec::new(), Vec::new());
        for tree in trees {
            for path in tree.files.keys().filter(|path| path.ends_with(".rego")) {
                match unit(tree, path, limits, &mut problems) {
                    Ok(unit) => units.push(unit),
                    Err(package) => unread.extend(package),
                }
            }
            documents.extend(data::documents_unchecked(tree, &mut problems));
        }
        let data = Value::Object(data::merge(&documents, &mut problems));
        Self { units, unread, documents, data, is_bundle, problems }
    }

    fn check(self, checked: &mut Checked) -> Vec<Diagnostic> {
        let Self { units, unread, documents, data, is_bundle, mut problems } = self;
        checked.n_policies += units.len();
        let is_whole = unread.is_empty();
        let mut index = Index::of(&units, unread, &mut problems);
        if !is_bundle {
            // A bundle keeps its data out of its packages altogether.
            let rules = index.paths();
            data::check_shadows(
                &documents,
                &rules.iter().map(String::as_str).collect::<Vec<_>>(),
                &mut problems,
            );
        }
        let mut found = Vec::new();
        for _ in 0..ROUNDS {
            let mut shown = reader::Shown::default();
            found.clear();
            for unit in &units {
                let (of_unit, of_reading) = reader::read(unit, &index, is_bundle);
                shown.values.extend(of_unit.values);
                shown.arguments.extend(of_unit.arguments);
                found.extend(of_reading);
            }
            if !index.learn(shown) {
                break;
            }
        }
        problems.append(&mut found);
        let mut graph = Graph::default();
        let mut of_contract = Vec::new();
        for unit in &units {
            graph.add(&unit.file, &unit.text, &unit.module, &mut of_contract);
        }
        // A policy that could not be read may have defined anything.
        if is_bundle && is_whole {
            graph.check_references(&data, &mut of_contract);
        }
        if is_bundle {
            problems.extend(without_repetitions(of_contract, &problems));
        } else if is_whole {
            graph.check_references_to_packages(&data, &mut problems);
        }
        graph.check_recursion(&mut problems);
        if is_whole && problems.iter().all(|problem| problem.code.level() != Level::Error) {
            check_with_engine(units, &data, &mut problems);
        }
        problems
    }
}

/// Reads one policy; when it cannot be parsed, problems and its package, as far as that shows.
fn unit(
    tree: &Tree,
    path: &str,
    limits: &Limits,
    problems: &mut Vec<Diagnostic>,
) -> Result<Unit, Option<Vec<String>>> {
    let (file, n_before) = (tree.name(path), problems.len());
    let text = tree.text(path, problems).ok_or(None)?;
    if text.len() > limits.policy_bytes {
        let message =
            format!("the policy has {} bytes, and at most {} are read", text.len(), limits.policy_bytes);
        problems.push(Diagnostic::of_file(file, Code::TooLarge, message));
        return Err(None);
    }
    let scan = scan::scan(&file, text, limits, problems);
    if problems.len() == n_before {
        scan.check_retries(&file, limits.bracket_retries, problems);
    }
    let package = scan.heads.iter().find(|head| head.word == "package").map(|head| {
        let name = head.rest.split(['#', ';']).next().unwrap_or_default().trim();
        name.split('.').map(ToOwned::to_owned).collect::<Vec<_>>()
    });
    if problems.len() > n_before {
        // What the scan refuses is not safe to parse.
        return Err(package);
    }
    match syntax::parse(&file, text) {
        Ok(module) => {
            let package = module.package.refr.path().ok_or(None)?;
            let package = package.into_iter().map(ToOwned::to_owned).collect();
            Ok(Unit { file, text: text.to_owned(), package, module, is_test: path.ends_with(TEST_SUFFIX) })
        }
        Err(error) => {
            let problem = errors::translate(&error, &file);
            let lacks_a_keyword = problem.message.contains("keyword is required");
            problems.push(if lacks_a_keyword && syntax::is_old_rego(&file, text) {
                problem.with_help("this is Rego v0: rewrite it with `opa fmt --v0-v1 --write`")
            } else {
                problem
            });
            Err(package)
        }
    }
}

/// Has the engine prepare everything: it finds what is found nowhere else, but stops at the first problem. The file that
/// has it is then left out, with everything of its package, whose variables may be its rules.
fn check_with_engine(mut units: Vec<Unit>, data: &Value, problems: &mut Vec<Diagnostic>) {
    loop {
        let policies = units.iter().map(|unit| (unit.file.clone(), unit.text.clone())).collect::<Vec<_>>();
        let mut found = Vec::new();
        if Prepared::new(&policies, data, &mut found).is_some() {
            return;
        }
        let mut package = None;
        for problem in &mut found {
            if let Some(unit) = units.iter().find(|unit| unit.file == problem.file) {
                package = Some(unit.package.clone());
                count_characters(problem, &unit.text);
            }
        }
        problems.append(&mut found);
        let Some(package) = package else { return };
        units.retain(|unit| unit.package != package);
    }
}

/// The engine gives a tab four columns, and everybody else one.
fn count_characters(problem: &mut Diagnostic, text: &str) {
    const TAB: usize = 4;
    let (Some(line), Some(column)) = (problem.line, problem.column) else { return };
    let line = line.checked_sub(1).and_then(|index| text.lines().nth(index)).unwrap_or_default();
    let (mut of_engine, mut of_characters) = (1, 1);
    for character in line.chars() {
        if of_engine >= column {
            break;
        }
        of_engine += if character == '\t' { TAB } else { 1 };
        of_characters += 1;
    }
    problem.column = Some(of_characters);
}
