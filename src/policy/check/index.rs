//! Every rule of the policies that are checked together: where it is, what it is, and what is known of its value.

use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, BTreeSet};

use super::reader::Shown;
use super::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::graph::rule_name;
use crate::policy::syntax::{Module, Rule, RuleHead};

/// One policy that was parsed.
#[derive(Debug)]
pub(super) struct Unit {
    /// Its name in messages.
    pub(super) file: String,
    /// Its text.
    pub(super) text: String,
    /// The parts of its package.
    pub(super) package: Vec<String>,
    /// Its syntax tree.
    pub(super) module: Module,
    /// Whether it is a file of tests.
    pub(super) is_test: bool,
}

/// All definitions of one rule together.
#[derive(Debug)]
pub(super) struct Entry {
    /// File, line and column of the first definition.
    pub(super) place: (String, usize, usize),
    /// How many arguments it takes, when it is a function.
    pub(super) arity: Option<usize>,
    /// What is known of its value, or of its results.
    pub(super) value: Type,
    /// What is known of its arguments.
    pub(super) arguments: Vec<Type>,
    form: Form,
}

/// What a definition makes of its rule; one rule has one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Value,
    Set,
    Function,
}

/// All rules by their path below `data`.
#[derive(Debug, Default)]
pub(super) struct Index {
    rules: BTreeMap<Vec<String>, Entry>,
    /// The first words of the names of each package's rules.
    names: BTreeMap<Vec<String>, BTreeSet<String>>,
    /// Packages of which some policy could not be read, and may have defined anything.
    unread: BTreeSet<Vec<String>>,
}

impl Index {
    /// Takes in all policies, and says which of their rules contradict each other.
    pub(super) fn of(units: &[Unit], unread: BTreeSet<Vec<String>>, problems: &mut Vec<Diagnostic>) -> Self {
        let mut index = Self { unread, ..Self::default() };
        for unit in units {
            index.names.entry(unit.package.clone()).or_default();
            for rule in &unit.module.rules {
                index.add(unit, rule, problems);
            }
        }
        for package in index.names.keys() {
            let rule = (1..=package.len()).find_map(|length| index.rules.get(package.get(..length)?));
            if let Some(entry) = rule {
                let (file, line, column) = entry.place.clone();
                let message = format!(
                    "the rule stands where the package `{}` has its rules, and hides them",
                    package.join(".")
                );
                let problem = Diagnostic::of_file(file, Code::RuleConflict, message).at(line, column);
                problems.push(problem.with_help("rename the rule or the package"));
            }
        }
        index
    }

    fn add(&mut self, unit: &Unit, rule: &Rule, problems: &mut Vec<Diagnostic>) {
        let Some(name) = rule_name(rule) else { return };
        self.names.entry(unit.package.clone()).or_default().extend(name.first().cloned());
        let (span, form, arity) = match rule {
            Rule::Spec { span, head: RuleHead::Func { args, .. }, .. } => {
                (span, Form::Function, Some(args.len()))
            }
            Rule::Spec { span, head: RuleHead::Set { .. }, .. } => (span, Form::Set, None),
            Rule::Spec { span, .. } => (span, Form::Value, None),
            // A default has the form of the definitions that it stands in for.
            Rule::Default { .. } => return,
        };
        let (line, column) = span.place();
        let path = [unit.package.clone(), name.clone()].concat();
        let entry = self.rules.entry(path).or_insert_with(|| Entry {
            place: (unit.file.clone(), line, column),
            arity,
            value: Type::Any,
            arguments: vec![Type::Any; arity.unwrap_or(0)],
            form,
        });
        let name = name.join(".");
        let first = format!("{}:{}", entry.place.0, entry.place.1);
        let message = if entry.form != form {
            format!("`{name}` is a {} here and a {} in {first}", form.word(), entry.form.word())
        } else if entry.arity != arity {
            format!(
                "`{name}` takes {} here and {} in {first}",
                arguments(arity.unwrap_or(0)),
                arguments(entry.arity.unwrap_or(0))
            )
        } else {
            return;
        };
        let problem = Diagnostic::of_file(&unit.file, Code::RuleConflict, message).at(line, column);
        problems.push(problem.with_help("all definitions of a rule have the same form; rename one"));
    }

    /// The rule at a path, or the one that a path reaches into, and how many parts its own path has.
    pub(super) fn reached(&self, path: &[String]) -> Option<(usize, &Entry)> {
        (1..=path.len()).rev().find_map(|length| Some((length, self.rules.get(path.get(..length)?)?)))
    }

    /// The rule at a path.
    pub(super) fn rule(&self, path: &[String]) -> Option<&Entry> {
        self.rules.get(path)
    }

    /// Takes over what reading all policies once showed. Whether that is news.
    pub(super) fn learn(&mut self, shown: Shown) -> bool {
        let mut is_news = false;
        let mut values = BTreeMap::<Vec<String>, Vec<Type>>::new();
        for (path, value) in shown.values {
            values.entry(path).or_default().push(value);
        }
        let mut arguments = BTreeMap::<Vec<String>, Vec<Type>>::new();
        for (path, types) in shown.arguments {
            match arguments.entry(path) {
                Vacant(first) => drop(first.insert(types)),
                Occupied(mut known) => {
                    for (known, found) in known.get_mut().iter_mut().zip(types) {
                        *known = std::mem::replace(known, Type::Any).or(found).limited();
                    }
                }
            }
        }
        for (path, entry) in &mut self.rules {
            if let Some(values) = values.remove(path) {
                let value = Type::any_of(values).limited();
                is_news |= value != entry.value;
                entry.value = value;
            }
            if let Some(arguments) = arguments.remove(path) {
                is_news |= arguments != entry.arguments;
                entry.arguments = arguments;
            }
        }
        is_news
    }

    /// Whether a package has a rule whose name begins with this word.
    pub(super) fn owns(&self, package: &[String], word: &str) -> bool {
        self.names.get(package).is_some_and(|names| names.contains(word))
    }

    /// The first words of the names of a package's rules.
    pub(super) fn names(&self, package: &[String]) -> impl Iterator<Item = &str> {
        self.names.get(package).into_iter().flatten().map(String::as_str)
    }

    /// Whether a path leads into a package of which not everything is known.
    pub(super) fn is_unread(&self, path: &[String]) -> bool {
        (1..=path.len()).any(|length| path.get(..length).is_some_and(|it| self.unread.contains(it)))
    }

    /// The functions of a package.
    pub(super) fn functions<'a>(&'a self, package: &'a [String]) -> impl Iterator<Item = &'a str> {
        // As many as advice can be made of.
        self.names(package).take(1_000).filter(move |name| {
            let path = [package, &[(*name).to_owned()]].concat();
            self.rules.get(&path).is_some_and(|entry| entry.arity.is_some())
        })
    }

    /// The paths of all rules, dots between their parts.
    pub(super) fn paths(&self) -> Vec<String> {
        self.rules.keys().map(|path| path.join(".")).collect()
    }
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::Value => "rule with a value",
            Self::Set => "set",
            Self::Function => "function",
        }
    }
}

/// A number of arguments in words.
pub(super) fn arguments(n_arguments: usize) -> String {
    match n_arguments {
        0 => "no argument".to_owned(),
        1 => "1 argument".to_owned(),
        n_arguments => format!("{n_arguments} arguments"),
    }
}
