//! A library in the engine: loaded once, looked at once, and asked by many.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use regorus::Value;

use super::super::check::builtins;
use super::super::engine::{self, Policy, Prepared, Text};
use super::super::errors::Failure;
use super::super::syntax::{Module, Rule};
use super::definitions::path_text;
use super::load::Library;
use super::synthetic::File;
use super::uses::{self, Names, Uses};
use crate::diagnostic::{Code, Diagnostic};

/// Errors of the engine that no leniency with builtins makes undefined, under OPA as here.
const HARD: [&str; 7] = [
    "not a valid rule path",
    "could not find function",
    "conflict",
    "multiple outputs",
    "recursion detected",
    "mismatch in number of arguments",
    "undefined rule",
];

/// A library that was looked at, from which engines are made.
#[derive(Debug)]
pub(super) struct Loaded<'a> {
    pub(super) library: &'a Library,
    /// The policies' texts for the engine, in the same order.
    full: Vec<String>,
    data: Value,
    coverage: bool,
    /// The engine that has all of it.
    whole: OnceLock<Option<Prepared>>,
    /// One for each policy, in the same order.
    pub(super) modules: Vec<Module>,
    pub(super) names: Vec<Names>,
    pub(super) uses: Uses,
    /// Names from imports and of functions with their whole paths, in order.
    aliased: Vec<Vec<(Range<usize>, String)>>,
}

impl<'a> Loaded<'a> {
    /// Loads a library, or says everything that keeps OPA, or the engine, from doing so.
    ///
    /// Call it on a thread with a large stack.
    pub(super) fn new(
        library: &'a mut Library,
        coverage: bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let before = problems.len();
        let Library { policies, data, .. } = library;
        let mut modules = Prepared::trees(policies, problems)?;
        if written_out(policies, &modules) {
            modules = Prepared::trees(policies, problems)?;
        }
        let texts = policies.iter().map(|policy| policy.text.as_str()).collect::<Vec<_>>();
        let names = Names::of(&modules, &texts);
        let uses = Uses::of(&modules, &texts, &names);
        let aliased = aliased(&uses, policies.len());
        let full = policies.iter().zip(&aliased).map(|(policy, names)| full_names(&policy.text, names));
        let (full, data) = (full.collect(), Value::from(std::mem::take(data)));
        let library: &'a Library = library;
        let whole = OnceLock::new();
        let loaded = Self { library, full, data, coverage, whole, modules, names, uses, aliased };
        loaded.check_roots(problems);
        loaded.check_data(problems);
        loaded.check_recursion(problems);
        loaded.check_functions(problems);
        (problems.len() == before).then_some(loaded)
    }

    /// An engine with some of its policies, by their numbers.
    ///
    /// Call it on a thread with a large stack.
    pub(super) fn prepared(
        &self,
        policies: &BTreeSet<usize>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Prepared> {
        let texts = self.library.policies.iter().zip(&self.full).enumerate();
        let texts = texts.filter(|(number, _)| policies.contains(number));
        let texts = texts.map(|(_, (it, text))| Text { file: &it.file, text, v0: it.v0 });
        Prepared::for_tests(&texts.collect::<Vec<_>>(), &self.data, self.coverage, problems)
    }

    /// The engine that has all of its policies; nothing when it does not take them.
    ///
    /// Call it on a thread with a large stack.
    pub(super) fn whole(&self) -> Option<&Prepared> {
        let all = || self.prepared(&(0..self.full.len()).collect(), &mut Vec::new());
        self.whole.get_or_init(all).as_ref()
    }

    /// One of its files.
    pub(super) fn file(&self, number: usize) -> Option<File<'_>> {
        let (policy, module) = (self.library.policies.get(number)?, self.modules.get(number)?);
        Some(File { policy, module, names: self.names.get(number)?, aliased: self.aliased.get(number)? })
    }

    fn file_name(&self, number: usize) -> &str {
        self.library.policies.get(number).map_or("", |policy| &policy.file)
    }

    fn check_roots(&self, problems: &mut Vec<Diagnostic>) {
        for (module, policy) in self.modules.iter().zip(&self.library.policies) {
            let package = module.package.refr.path().unwrap_or_default();
            if !self.library.is_at_home(&policy.file, &package) {
                let message = format!("the package `{}` lies outside the bundle's roots", package.join("."));
                let (line, column) = module.package.span.place();
                let problem = Diagnostic::of_file(&policy.file, Code::Layout, message).at(line, column);
                problems.push(problem.with_help("add its path to `roots` in `.manifest`, or rename it"));
            }
        }
    }

    /// Data at the path of a rule: OPA refuses it, and the engine would silently take the data.
    fn check_data(&self, problems: &mut Vec<Diagnostic>) {
        let mut said = BTreeSet::new();
        for document in &self.library.documents {
            for path in self.uses.0.keys().filter(|path| document.touches(path)) {
                if said.insert(path) {
                    let rule = path_text(path);
                    let message = format!("the document has a value at `data.{rule}`, where a rule stands");
                    let problem = Diagnostic::of_file(document.file(), Code::DataShadowsRule, message);
                    problems.push(
                        problem.with_help("give the data another path, or leave it out with `--ignore`"),
                    );
                }
            }
        }
    }

    fn check_recursion(&self, problems: &mut Vec<Diagnostic>) {
        for (policy, (line, column), cycle) in self.uses.recursion() {
            let names = cycle.iter().map(|path| format!("`{}`", path_text(*path))).collect::<Vec<_>>();
            let message = format!("a function calls itself: {}", names.join(" → "));
            let problem =
                Diagnostic::of_file(self.file_name(policy), Code::Recursion, message).at(line, column);
            problems.push(problem.with_help("Rego has no recursion; use `walk` or `graph.reachable`"));
        }
    }

    /// Functions that neither the library nor OPA has. What the engine lacks of OPA's is an error of the test that calls
    /// it, not of the library.
    fn check_functions(&self, problems: &mut Vec<Diagnostic>) {
        let mut called = BTreeMap::<&str, (usize, uses::Place)>::new();
        let mut unknown = Vec::new();
        for one in self.uses.0.values().flatten() {
            for (name, place) in &one.builtins {
                called.entry(name).or_insert((one.policy, *place));
            }
            for (path, place) in &one.calls {
                if !self.uses.0.contains_key(path) {
                    unknown.push((one.policy, *place, path_text(["data".to_owned()].iter().chain(path))));
                }
            }
        }
        for (name, (policy, place)) in called {
            if !builtins::builtins().contains_key(name) && !engine::has_builtin(name, 1) {
                unknown.push((policy, place, name.to_owned()));
            }
        }
        for (policy, (line, column), name) in unknown {
            let message = format!("nobody defines the function `{name}`");
            let problem = Diagnostic::of_file(self.file_name(policy), Code::UnknownFunction, message);
            problems.push(problem.at(line, column));
        }
    }
}

/// Writes out what the engine parses into something else than OPA does. Whether there was any of it.
///
/// A name at a line's end is no function because the next line begins with a parenthesis; and before OPA 1.0 a head could
/// have several bodies, each of which counts.
fn written_out(policies: &mut [Policy], modules: &[Module]) -> bool {
    let mut insertions = BTreeSet::new();
    for (number, (policy, module)) in policies.iter().zip(modules).enumerate().filter(|(_, (it, _))| it.v0) {
        for rule in &module.rules {
            let Rule::Spec { span, bodies, .. } = rule else { continue };
            let Some((first, others)) = bodies.split_first() else { continue };
            let head = policy.text.get(span.range().start..first.span.range().start).unwrap_or_default();
            for body in others.iter().filter(|body| !body.is_else) {
                insertions.insert((number, body.span.range().start, format!("{} ", head.trim_end())));
            }
        }
    }
    let begins = |policy: &Policy| policy.text.lines().any(|line| line.trim_start().starts_with('('));
    if policies.iter().any(begins) {
        let texts = policies.iter().map(|policy| policy.text.as_str()).collect::<Vec<_>>();
        let uses = Uses::of(modules, &texts, &Names::of(modules, &texts));
        for one in uses.0.values().flatten() {
            insertions.extend(one.split_calls.iter().map(|at| (one.policy, *at, ";".to_owned())));
        }
    }
    // From the last to the first, so that what was found stays where it is.
    for (policy, at, text) in insertions.iter().rev() {
        if let Some(policy) = policies.get_mut(*policy)
            && policy.text.is_char_boundary(*at)
        {
            policy.text.insert_str(*at, text);
        }
    }
    !insertions.is_empty()
}

/// Names that imports gave and those of functions, by policy and in order, with the whole paths that they stand for.
fn aliased(uses: &Uses, n_policies: usize) -> Vec<Vec<(Range<usize>, String)>> {
    let mut aliased = vec![BTreeMap::new(); n_policies];
    for one in uses.0.values().flatten() {
        if let Some(names) = aliased.get_mut(one.policy) {
            names.extend(one.aliased.iter().map(|(range, path)| ((range.start, range.end), path.clone())));
        }
    }
    let in_order = |names: BTreeMap<(usize, usize), String>| {
        names.into_iter().map(|((start, end), path)| (start..end, path)).collect()
    };
    aliased.into_iter().map(in_order).collect()
}

/// A text with whole paths for what imports name and for functions.
///
/// Asked for `p.allow` where `import data.p` stands, the engine evaluates everything in the package, and so fails where
/// another rule fails and counts lines that nobody asked for; asked for `data.p.allow`, it evaluates that rule.
/// A function that is replaced under its path is replaced only where it is called by its path.
fn full_names(text: &str, names: &[(Range<usize>, String)]) -> String {
    let mut full = text.to_owned();
    // From the last to the first, so that what was found stays where it is.
    for (range, path) in names.iter().rev() {
        if full.get(range.clone()).is_some() {
            full.replace_range(range.clone(), path);
        }
    }
    full
}

/// What a rule answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) value: Result<Value, String>,
    /// What it printed.
    pub(super) output: Vec<String>,
    /// A builtin that failed on the way.
    pub(super) builtin_error: Option<String>,
}

/// An engine that answers as OPA does, for one thread.
#[derive(Debug)]
pub(super) struct Asker {
    strict: Prepared,
    spare: Prepared,
    lenient: Option<Prepared>,
    time_limit: Duration,
}

impl Asker {
    pub(super) fn new(prepared: &Prepared, time_limit: Duration) -> Self {
        let spare = prepared.with_input(Value::Undefined, time_limit);
        Self { strict: spare.clone(), spare, lenient: None, time_limit }
    }

    /// Asks for a rule.
    ///
    /// Under OPA a builtin that fails is undefined. To say that it failed, the rule is first asked with such errors as
    /// errors, and once more without when there was one.
    pub(super) fn ask(&mut self, rule: &str) -> Answer {
        let value = self.strict.evaluate(rule, &self.spare);
        let output = self.strict.take_prints();
        let message = match value {
            Err(Failure::Error(message)) if !HARD.iter().any(|hard| message.contains(hard)) => message,
            value => return Answer { value: self.said(value), output, builtin_error: None },
        };
        let lenient = self.lenient.get_or_insert_with(|| self.spare.clone().without_builtin_errors());
        let spare = self.spare.clone();
        let value = lenient.evaluate(rule, &spare);
        let output = lenient.take_prints();
        if matches!(value, Err(Failure::Panic(_))) {
            self.lenient = None;
        }
        Answer { value: self.said(value), output, builtin_error: Some(message) }
    }

    fn said(&self, value: Result<Value, Failure>) -> Result<Value, String> {
        value.map_err(|failure| match failure {
            Failure::Error(message) => match message.split_once("could not find function ") {
                Some((_, rest)) => {
                    let (name, place) = rest.split_once(' ').unwrap_or((rest, ""));
                    format!("the engine has no builtin `{name}` {place}").trim_end().to_owned()
                }
                None => match message.strip_prefix("undefined rule") {
                    Some(place) => {
                        format!("`with` replaces something that the engine does not have{place}")
                    }
                    None => message,
                },
            },
            Failure::TimeLimit => format!("it ran longer than {:?}", self.time_limit),
            Failure::Panic(words) => format!("the engine panicked: {words}"),
        })
    }

    /// The engines, for what they saw.
    pub(super) fn engines(&self) -> impl Iterator<Item = &Prepared> {
        std::iter::once(&self.strict).chain(&self.lenient)
    }
}
