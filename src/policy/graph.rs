//! Who reads what: every rule of the loaded policies, what it calls, and which `input` it looks at.

use std::collections::{BTreeMap, BTreeSet};

use super::input_paths::Reads;
use super::nearest;
use super::syntax::{Expr, Module, Rule, RuleHead, Step};
use super::walk::Walk;
use crate::diagnostic::{Code, Diagnostic};

/// One rule, all its definitions together.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// File, line and column of its first definition.
    place: (String, usize, usize),
    /// Whether each definition adds to a set (`contains`).
    pub(super) is_set: bool,
    /// Paths below `data` that it refers to, with file, line and column of the first reference.
    pub(super) data: BTreeMap<Vec<String>, (String, usize, usize)>,
    /// What it reads itself.
    pub(super) reads: Reads,
    /// The texts that stand in it: constants, and names of members that it refers to.
    pub(super) texts: BTreeSet<String>,
}

/// After so many problems of one kind nobody reads on.
const LIMIT_PROBLEMS: usize = 100;

/// The most rules of a cycle that are named.
const LIMIT_NAMES: usize = 20;

/// Where the search for cycles can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'a> {
    /// At a rule.
    Rule(&'a Vec<String>),
    /// At a path that some rule refers to.
    Path(&'a Vec<String>),
}

/// What the search for cycles knows of a place.
enum State {
    /// It is on the path that is being followed, so far from its beginning.
    OnPath(usize),
    /// Everything after it was looked at.
    Done,
}

/// All rules by their path below `data`.
#[derive(Debug, Default)]
pub(super) struct Graph {
    rules: BTreeMap<Vec<String>, Node>,
    packages: BTreeSet<Vec<String>>,
}

impl Graph {
    /// Takes a policy in.
    ///
    /// All policies are taken in before anything is asked.
    pub(super) fn add(&mut self, file: &str, text: &str, module: &Module, problems: &mut Vec<Diagnostic>) {
        let Some(package) = module.package.refr.path() else { return };
        let package = package.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
        let mut aliases = BTreeMap::new();
        for import in &module.imports {
            let Some(path) = import.refr.path() else { continue };
            let alias = match import.r#as {
                Some(span) => span.text(text),
                None => path.last().copied().unwrap_or_default(),
            };
            aliases.insert(alias.to_owned(), path.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
        }
        let own =
            module.rules.iter().filter_map(rule_name).map(|path| path.into_iter().next().unwrap_or_default());
        let own = own.collect::<BTreeSet<_>>();
        for rule in &module.rules {
            let Some(name) = rule_name(rule) else { continue };
            let path = [package.clone(), name].concat();
            let (span, is_set) = match rule {
                Rule::Spec { span, head, .. } => (span, matches!(head, RuleHead::Set { .. })),
                Rule::Default { span, .. } => (span, false),
            };
            let node = self.rules.entry(path).or_insert_with(|| {
                let (line, column) = span.place();
                Node { place: (file.to_owned(), line, column), is_set: true, ..Node::default() }
            });
            node.is_set &= is_set;
            let mut walk = Walk {
                file,
                text,
                package: &package,
                aliases: &aliases,
                own: &own,
                scopes: Vec::new(),
                node,
                problems,
            };
            walk.rule(rule);
        }
        self.packages.insert(package);
    }

    /// A rule by its path below `data`, dots between the parts.
    pub(super) fn rule(&self, path: &str) -> Option<&Node> {
        self.rules.get(&path.split('.').map(ToOwned::to_owned).collect::<Vec<_>>())
    }

    /// The texts that stand in any rule.
    pub(super) fn texts(&self) -> BTreeSet<String> {
        self.rules.values().flat_map(|node| node.texts.iter().cloned()).collect()
    }

    /// The rules that a path below `data` may reach: those at it, below it, and the one that it reaches into.
    fn reached<'a>(&'a self, path: &[String]) -> impl Iterator<Item = &'a Vec<String>> {
        let below = self
            .rules
            .range(path.to_vec()..)
            .map(|(rule, _)| rule)
            .take_while(move |rule| rule.starts_with(path));
        let above = (1..path.len()).filter_map(move |length| {
            path.get(..length).and_then(|prefix| self.rules.get_key_value(prefix)).map(|(rule, _)| rule)
        });
        below.chain(above)
    }

    /// What a rule reads, itself and through every rule that it reaches.
    pub(super) fn reads(&self, paths: &[&str]) -> Reads {
        let mut open = Vec::new();
        for path in paths {
            let path = path.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
            open.extend(self.rules.get_key_value(&path).map(|(path, _)| path));
        }
        let (mut seen, mut followed, mut reads) = (BTreeSet::new(), BTreeSet::new(), Reads::default());
        while let Some(path) = open.pop() {
            let Some(node) = self.rules.get(path) else { continue };
            if seen.insert(path) {
                reads.extend(&node.reads);
                let paths = node.data.keys().filter(|data| followed.insert(*data)).collect::<Vec<_>>();
                open.extend(paths.into_iter().flat_map(|data| self.reached(data)));
            }
        }
        reads
    }

    /// Rules that depend on themselves. The engine does not refuse recursive functions, and aborts the process when it
    /// evaluates one.
    ///
    /// Paths are visited like rules, each once: a policy of some kilobytes can name a package of a thousand rules a
    /// thousand times.
    pub(super) fn check_recursion(&self, problems: &mut Vec<Diagnostic>) {
        let (mut states, mut n_cycles) = (BTreeMap::<Place<'_>, State>::new(), 0);
        for rule in self.rules.keys() {
            let mut on_path = Vec::<(Place<'_>, std::vec::IntoIter<Place<'_>>)>::new();
            let mut next = Some(Place::Rule(rule));
            loop {
                if let Some(place) = next.take() {
                    match states.get(&place) {
                        None => {
                            states.insert(place, State::OnPath(on_path.len()));
                            on_path.push((place, self.places_after(place).into_iter()));
                        }
                        Some(State::OnPath(start)) => {
                            let cycle = on_path.iter().skip(*start).map(|(place, _)| *place);
                            problems.push(self.recursion(&cycle.collect::<Vec<_>>()));
                            n_cycles += 1;
                            if n_cycles == LIMIT_PROBLEMS {
                                return;
                            }
                        }
                        Some(State::Done) => {}
                    }
                }
                let Some((place, places)) = on_path.last_mut() else { break };
                next = places.next();
                if next.is_none() {
                    states.insert(*place, State::Done);
                    on_path.pop();
                }
            }
        }
    }

    fn places_after<'a>(&'a self, place: Place<'a>) -> Vec<Place<'a>> {
        match place {
            Place::Rule(rule) => {
                self.rules.get(rule).into_iter().flat_map(|node| node.data.keys()).map(Place::Path).collect()
            }
            Place::Path(path) => self.reached(path).map(Place::Rule).collect(),
        }
    }

    /// The problem of a cycle.
    fn recursion(&self, cycle: &[Place<'_>]) -> Diagnostic {
        let rules = cycle.iter().filter_map(|place| match place {
            Place::Rule(rule) => Some(*rule),
            Place::Path(_) => None,
        });
        let rules = rules.collect::<Vec<_>>();
        let name = |rule: &&Vec<String>| format!("`{}`", rule.join("."));
        let mut names = rules.iter().take(LIMIT_NAMES).map(name).collect::<Vec<_>>();
        names.extend((rules.len() > LIMIT_NAMES).then(|| "…".to_owned()));
        names.extend(rules.first().map(name));
        let place = rules.first().and_then(|rule| self.rules.get(*rule)).map(|node| node.place.clone());
        let (file, line, column) = place.unwrap_or_default();
        let message = format!("a rule depends on itself: {}", names.join(" → "));
        Diagnostic::of_file(file, Code::Recursion, message)
            .at(line, column)
            .with_help("Rego has no recursion; use `walk` or `graph.reachable`")
    }

    /// References to rules, packages and data that nobody has; the engine calls them undefined and goes on.
    pub(super) fn check_references(&self, data: &serde_json::Value, problems: &mut Vec<Diagnostic>) {
        self.check_references_where(data, &|_| true, problems);
    }

    /// The same where somebody else may bring data: only of what stands below a package.
    pub(super) fn check_references_to_packages(
        &self,
        data: &serde_json::Value,
        problems: &mut Vec<Diagnostic>,
    ) {
        let is_below_package = |path: &[String]| {
            (1..path.len()).any(|length| path.get(..length).is_some_and(|it| self.packages.contains(it)))
        };
        self.check_references_where(data, &is_below_package, problems);
    }

    fn check_references_where(
        &self,
        data: &serde_json::Value,
        is_ours: &dyn Fn(&[String]) -> bool,
        problems: &mut Vec<Diagnostic>,
    ) {
        let mut n_problems = 0;
        for node in self.rules.values() {
            for (path, (file, line, column)) in node.data.iter().filter(|(path, _)| is_ours(path)) {
                if self.reached(path).next().is_some()
                    || self.packages.contains(path)
                    || is_in(data, path)
                    || n_problems == LIMIT_PROBLEMS
                {
                    continue;
                }
                n_problems += 1;
                let length = (1..path.len())
                    .rev()
                    .find(|length| {
                        let prefix = path.get(..*length).unwrap_or_default();
                        self.reached(prefix).next().is_some() || is_in(data, prefix)
                    })
                    .unwrap_or(0);
                let (prefix, rest) = path.split_at_checked(length).unwrap_or((path, &[]));
                let known = self.names_below(prefix, data);
                let help =
                    nearest::help(rest.first().map_or("", String::as_str), known.iter().map(String::as_str));
                problems.push(
                    Diagnostic::of_file(
                        file,
                        Code::UnknownReference,
                        format!("nothing stands at `data.{}`", path.join(".")),
                    )
                    .at(*line, *column)
                    .with_help(help),
                );
            }
        }
    }

    fn names_below(&self, prefix: &[String], data: &serde_json::Value) -> BTreeSet<String> {
        let rules = self
            .rules
            .keys()
            .filter(|path| path.starts_with(prefix))
            .filter_map(|path| path.get(prefix.len()));
        let here = prefix.iter().try_fold(data, |here, part| here.get(part));
        let keys = here.and_then(serde_json::Value::as_object).into_iter().flat_map(serde_json::Map::keys);
        rules.chain(keys).cloned().collect()
    }
}

fn is_in(data: &serde_json::Value, path: &[String]) -> bool {
    // What stands below an empty mapping is for an organisation's parameters to say.
    let mut here = data;
    for (depth, part) in path.iter().enumerate() {
        match here.as_object() {
            Some(entries) if entries.is_empty() && depth > 0 => return true,
            Some(entries) => match entries.get(part) {
                Some(value) => here = value,
                None => return false,
            },
            None => return !here.is_string() && !here.is_boolean() && !here.is_number(),
        }
    }
    true
}

/// A rule's name: the parts of its head that stand in the text.
pub(super) fn rule_name(rule: &Rule) -> Option<Vec<String>> {
    let refr = match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    let (base, steps) = refr.reference();
    let Expr::Var { value, .. } = base else { return None };
    let mut name = vec![value.clone()];
    for step in steps {
        match step {
            Step::Name(part) => name.push(part.to_owned()),
            Step::Dynamic(_) => break,
        }
    }
    Some(name)
}
